package dev.statecraft.models.family;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A pretrained network without a head: its graph up to the last state, and what one must know of
 * its family to tune it and to read and write its files. A head and an objective attach to any of
 * them; nothing else asks which family a backbone is of.
 */
public interface Backbone {
  ModelConfig config();

  /** What it reads. */
  ModelInput input();

  /**
   * Builds the frozen graph, with a {@link dev.statecraft.core.graph.Layer} for each layer.
   * Parameters have the names of the family's checkpoints.
   *
   * @return the last state, {@code [tokens, hidden]}
   */
  State build(GraphBuilder graph);

  /**
   * States whose values are {@code hidden_states} in transformers: embeddings, then each layer's,
   * the last layer's after the {@linkplain #finalNorm final norm}.
   */
  default List<String> hiddenStates() {
    List<String> names = new ArrayList<>();
    names.add("embeddings");
    for (int i = 0; i < config().numHiddenLayers(); i++) {
      names.add("layers." + i + ".output");
    }
    finalNorm().ifPresent(norm -> names.set(names.size() - 1, norm));
    return names;
  }

  /** The state that norms what leaves the last layer, if there is one. */
  default Optional<String> finalNorm() {
    return Optional.empty();
  }

  /** The dropout that the configuration asks for in training, but for that of a head. */
  default ModelDropout dropout() {
    return ModelDropout.NONE;
  }

  /** Dropout in training of the mean over tokens before a head that reads it. */
  default double headDropout() {
    return 0;
  }

  // ---- heads of the family's checkpoints ----

  /** How a language model's scores come of the last state; empty if the family writes no texts. */
  default Optional<LanguageOutputs> languageOutputs() {
    return Optional.empty();
  }

  /** The family's own head for whole sequences, if it has one. */
  default Optional<SequenceOutputs> sequenceOutputs() {
    return Optional.empty();
  }

  /** The class of transformers that opens a checkpoint of the bare network. */
  String architecture();

  // ---- what methods leave to the family ----

  /** Short names of the linears that LoRA and DoRA attach to by default. */
  List<String> defaultTargets();

  /** Those that LoRA attaches to beside control around the MLP. */
  default List<String> attentionTargets() {
    return defaultTargets();
  }

  /**
   * Those that IA3 attaches to. Where PEFT has defaults for the family they are the same ({@code
   * TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING} and {@code ..._FEEDFORWARD_MODULES_MAPPING}
   * in its {@code peft/utils/constants.py}).
   */
  default ScaledTargets scaledTargets() {
    return new ScaledTargets(defaultTargets(), List.of());
  }

  /** How the A of control edges starts (the reference implementation's choice). */
  Initializer controlInit();

  /** Whether control edges have biases by default. */
  boolean controlBias();

  // ---- names in files of adapters ----

  /**
   * The name under which PEFT knows a module, given its name in the checkpoint. They differ where
   * transformers renames modules on loading.
   */
  default String peftModule(String module) {
    return module;
  }

  /**
   * What names of parameters begin with that a checkpoint of the bare network lacks, such as {@code
   * bert.}; empty if it is of such a one, or no text is read.
   */
  default String prefix() {
    return "";
  }

  /** The short name under which PEFT knows a target. */
  default String peftTarget(String target) {
    return target;
  }

  /** PEFT's task of a head for sequences; it has none for images. */
  default Optional<String> peftSequenceTask() {
    return input().tokens().map(tokens -> "SEQ_CLS");
  }

  /** How the paper's reference implementation holds control; empty if it lacks the family. */
  default Optional<PaperControl> paper() {
    return Optional.empty();
  }
}
