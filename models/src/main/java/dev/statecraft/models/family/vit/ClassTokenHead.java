package dev.statecraft.models.family.vit;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.List;

/**
 * ViTForImageClassification's head. It sees the class token alone, so only that row is normalised.
 */
record ClassTokenHead(VitConfig config) implements SequenceOutputs {
  @Override
  public State logits(GraphBuilder graph, String name, State last, int outputs) {
    Blocks blocks = new Blocks(graph);
    State first = graph.edge("class_token", new FirstToken(), List.of(last));
    State normed = blocks.layerNorm("final_norm", first, "vit.layernorm", config.layerNormEps());
    return blocks.headLinear(name, normed, "classifier", outputs);
  }

  @Override
  public String architecture() {
    return "ViTForImageClassification";
  }
}
