package dev.statecraft.studio.recipe;

import dev.statecraft.core.graph.Initializer;
import java.util.List;
import java.util.Set;

/**
 * What a method leaves to the model family.
 *
 * @param targets linears that LoRA and DoRA attach to
 * @param attentionTargets linears that LoRA attaches to beside control around the MLP
 * @param controlInit how A of a control edge starts
 * @param controlBias whether control edges have biases
 */
public record ModelDefaults(
    List<String> targets,
    List<String> attentionTargets,
    Initializer controlInit,
    boolean controlBias) {
  /** Short names of the linears of MLP blocks that families have among their default targets. */
  private static final Set<String> MLP_TARGETS = Set.of("gate_proj", "up_proj", "down_proj");

  /** Beside control around the MLP, LoRA keeps to those default targets that are not in the MLP. */
  public static ModelDefaults of(
      List<String> targets, Initializer controlInit, boolean controlBias) {
    return new ModelDefaults(
        targets,
        targets.stream().filter(target -> !MLP_TARGETS.contains(target)).toList(),
        controlInit,
        controlBias);
  }

  public ModelDefaults {
    targets = List.copyOf(targets);
    attentionTargets = List.copyOf(attentionTargets);
  }
}
