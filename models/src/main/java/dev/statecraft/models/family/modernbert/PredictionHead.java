package dev.statecraft.models.family.modernbert;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.core.op.MeanTokens;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ModernBertForSequenceClassification's head: of the first token or of the mean over tokens,
 * through a linear and a norm, which are the task's own as the classifier is. Those of a checkpoint
 * for masked words are where they start.
 *
 * @param backbone whose states it reads
 * @param mean whether it reads the mean
 */
record PredictionHead(ModernBert backbone, boolean mean) implements SequenceOutputs {
  private static final String NORMED = "head_normed";

  @Override
  public State logits(GraphBuilder graph, String name, State last, int outputs) {
    Blocks blocks = new Blocks(graph);
    ModernBertConfig config = backbone.config();
    State pooled =
        mean
            ? graph.edge("pooled", new MeanTokens(), List.of(last))
            : graph.edge("first_token", new FirstToken(), List.of(last));
    State dense =
        blocks.headLinear(
            "head_dense", pooled, "head.dense", config.hiddenSize(), config.biases().head());
    State activated =
        graph.edge("head_activated", Blocks.activation(config.headActivation()), List.of(dense));
    State normed =
        blocks.headNorm(NORMED, activated, "head.norm", config.normEps(), config.biases().norm());
    return blocks.headLinear(name, normed, "classifier", outputs);
  }

  @Override
  public Optional<SequenceOutputs> ofMeans() {
    return Optional.of(new PredictionHead(backbone, true));
  }

  @Override
  public Map<String, Double> dropout() {
    return Map.of(NORMED, backbone.headDropout());
  }

  @Override
  public String architecture() {
    return "ModernBertForSequenceClassification";
  }

  @Override
  public String checkpointName(String name) {
    return backbone.prefix().isEmpty() ? ModernBert.PREFIX.on(name) : name;
  }
}
