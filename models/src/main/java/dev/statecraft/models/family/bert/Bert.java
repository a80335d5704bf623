package dev.statecraft.models.family.bert;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * BERT (Devlin et al. 2019): post-norm blocks, learned positions.
 *
 * @param config the configuration
 * @param prefix of parameter names: {@code bert.}, or empty for a checkpoint of the bare encoder
 */
public record Bert(BertConfig config, String prefix) implements Encoder {
  @Override
  public String architecture() {
    return config.variant().classes() + "Model";
  }

  @Override
  public Optional<SequenceOutputs> sequenceOutputs() {
    return Optional.of(new PooledHead(this));
  }

  /** BertForSequenceClassification's head: of the first token, through BERT's pretrained pooler. */
  private record PooledHead(Bert bert) implements SequenceOutputs {
    @Override
    public State logits(GraphBuilder graph, String name, State last, int outputs) {
      Blocks blocks = new Blocks(graph);
      State first = graph.edge("first_token", new FirstToken(), List.of(last));
      State dense =
          blocks.linear(
              "pooler_dense", first, bert.prefix + "pooler.dense", bert.config.hiddenSize(), true);
      State pooled = graph.edge("pooled", new Activation(Activation.Kind.TANH), List.of(dense));
      return blocks.headLinear(name, pooled, "classifier", outputs);
    }

    @Override
    public Map<String, Double> dropout() {
      return Map.of("pooled", bert.headDropout());
    }

    @Override
    public String architecture() {
      return bert.config.variant().classes() + "ForSequenceClassification";
    }

    @Override
    public String checkpointName(String name) {
      return bert.prefixed(name);
    }
  }
}
