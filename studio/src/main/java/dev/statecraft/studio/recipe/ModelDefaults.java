package dev.statecraft.studio.recipe;

import dev.statecraft.core.graph.Initializer;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/**
 * What a method leaves to the model family.
 *
 * @param targets linears that LoRA and DoRA attach to
 * @param attentionTargets linears that LoRA attaches to beside control around the MLP
 * @param scaled linears that IA3 attaches to
 * @param controlInit how A of a control edge starts
 * @param controlBias whether control edges have biases
 * @param family the model, by whose modules PEFT's settings say what is tuned; empty if none is
 *     known but the above
 */
public record ModelDefaults(
    List<String> targets,
    List<String> attentionTargets,
    ScaledTargets scaled,
    Initializer controlInit,
    boolean controlBias,
    Optional<TaskModel> family) {
  /** Copies. */
  public ModelDefaults {
    targets = List.copyOf(targets);
    attentionTargets = List.copyOf(attentionTargets);
  }

  /** Those of a family for whose linears IA3 has no choice of its own: it scales the targets. */
  public ModelDefaults(
      List<String> targets,
      List<String> attentionTargets,
      Initializer controlInit,
      boolean controlBias) {
    this(
        targets,
        attentionTargets,
        new ScaledTargets(targets, List.of()),
        controlInit,
        controlBias,
        Optional.empty());
  }
}
