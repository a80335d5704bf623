package dev.statecraft.models.family;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.models.config.ModelConfig;
import java.util.List;

/** A model of one family: its graph and the family's habits. */
public interface ModelFamily {
  ModelConfig config();

  /** The frozen graph; its loss is called {@link #LOSS}, its scores {@link #LOGITS}. */
  Graph graph();

  /** The dropout that the model's configuration asks for in training; {@link #graph} has none. */
  default ModelDropout dropout() {
    return ModelDropout.NONE;
  }

  /** Name of the loss state. */
  String LOSS = "loss";

  /** Name of the state with the scores before softmax. */
  String LOGITS = "logits";

  /** Short names of the linears that LoRA and DoRA attach to by default. */
  List<String> defaultTargets();

  /** How the A of control edges starts (the reference implementation's choice). */
  Initializer controlInit();

  /** Whether control edges have biases by default. */
  boolean controlBias();

  /**
   * The name under which PEFT knows a module, given its name in the checkpoint. They differ where
   * transformers renames modules on loading.
   */
  default String peftModule(String module) {
    return module;
  }

  /** The short name under which PEFT knows a target. */
  default String peftTarget(String target) {
    return target;
  }

  /**
   * States whose values are {@code hidden_states} in transformers: embeddings, then each layer's.
   */
  List<String> hiddenStates();
}
