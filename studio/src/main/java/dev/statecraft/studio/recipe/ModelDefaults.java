package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a method leaves to the model family, and to the run.
 *
 * @param targets linears that LoRA and DoRA attach to
 * @param attentionTargets linears that LoRA attaches to beside control around the MLP
 * @param scaled linears that IA3 attaches to
 * @param controlInit how A of a control edge starts
 * @param controlBias whether control edges have biases
 * @param functions what the program has of its own, which a method can name
 * @param family the model, by whose modules PEFT's settings say what is tuned; empty if none is
 *     known but the above
 * @param steps of the run; empty where there is none, as when a model is looked at
 */
public record ModelDefaults(
    List<String> targets,
    List<String> attentionTargets,
    ScaledTargets scaled,
    Initializer controlInit,
    boolean controlBias,
    UserFunctions functions,
    Optional<TaskModel> family,
    OptionalLong steps) {
  /** Copies. */
  public ModelDefaults {
    targets = List.copyOf(targets);
    attentionTargets = List.copyOf(attentionTargets);
  }

  /** Those of a family, without a run. */
  public ModelDefaults(
      List<String> targets,
      List<String> attentionTargets,
      ScaledTargets scaled,
      Initializer controlInit,
      boolean controlBias,
      UserFunctions functions,
      Optional<TaskModel> family) {
    this(
        targets,
        attentionTargets,
        scaled,
        controlInit,
        controlBias,
        functions,
        family,
        OptionalLong.empty());
  }

  /** The same for a run of so many optimizer steps. */
  public ModelDefaults inRunOf(long count) {
    return new ModelDefaults(
        targets,
        attentionTargets,
        scaled,
        controlInit,
        controlBias,
        functions,
        family,
        OptionalLong.of(count));
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
        UserFunctions.NONE,
        Optional.empty());
  }
}
