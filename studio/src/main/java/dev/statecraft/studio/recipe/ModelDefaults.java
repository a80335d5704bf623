package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.models.family.ScaledTargets;
import java.util.List;

/**
 * What a method leaves to the model family.
 *
 * @param targets linears that LoRA and DoRA attach to
 * @param attentionTargets linears that LoRA attaches to beside control around the MLP
 * @param scaled linears that IA3 attaches to
 * @param controlInit how A of a control edge starts
 * @param controlBias whether control edges have biases
 * @param functions what the program has of its own, which a method can name
 */
public record ModelDefaults(
    List<String> targets,
    List<String> attentionTargets,
    ScaledTargets scaled,
    Initializer controlInit,
    boolean controlBias,
    UserFunctions functions) {
  /** Copies. */
  public ModelDefaults {
    targets = List.copyOf(targets);
    attentionTargets = List.copyOf(attentionTargets);
  }

  /**
   * Those of a family for whose linears IA3 has no choice of its own: it scales the targets. The
   * program has no functions of its own.
   */
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
        UserFunctions.NONE);
  }
}
