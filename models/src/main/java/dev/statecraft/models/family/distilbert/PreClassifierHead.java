package dev.statecraft.models.family.distilbert;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.List;
import java.util.Map;

/**
 * DistilBertForSequenceClassification's head: of the first token, both of its linears the task's
 * own.
 */
record PreClassifierHead(DistilBert backbone) implements SequenceOutputs {
  private static final String ACTIVATED = "head_activated";

  @Override
  public State logits(GraphBuilder graph, String name, State last, int outputs) {
    Blocks blocks = new Blocks(graph);
    State first = graph.edge("first_token", new FirstToken(), List.of(last));
    State dense =
        blocks.headLinear("head_dense", first, "pre_classifier", backbone.config().hiddenSize());
    State activated = graph.edge(ACTIVATED, new Activation(Activation.Kind.RELU), List.of(dense));
    return blocks.headLinear(name, activated, "classifier", outputs);
  }

  @Override
  public Map<String, Double> dropout() {
    return Map.of(ACTIVATED, backbone.headDropout());
  }

  @Override
  public String architecture() {
    return "DistilBertForSequenceClassification";
  }

  @Override
  public String checkpointName(String name) {
    return backbone.prefix().isEmpty() ? DistilBert.PREFIX.on(name) : name;
  }
}
