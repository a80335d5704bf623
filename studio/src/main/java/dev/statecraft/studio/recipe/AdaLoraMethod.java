package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Low-rank updates of linears whose ranks share a budget that falls (Zhang et al. 2023). */
final class AdaLoraMethod extends Keys implements Method {
  /** Of a run whose length is not known, as where a model is looked at or a step is measured. */
  private static final long USUAL_STEPS = 1000;

  private static final Type<Double> DECAY =
      Type.number("between 0 and 1", Map.of("exclusiveMinimum", 0, "exclusiveMaximum", 1), 0.9)
          .checked(decay -> decay > 0 && decay < 1, "a number between 0 and 1");

  private final Key<Integer> initial =
      key(
          "init_r",
          MethodTypes.RANK,
          12,
          "r, the rank with which the update of each linear starts.");

  private final Key<Integer> target =
      key("target_r", MethodTypes.RANK, 8, "The mean rank that the linears end with.");

  private final Key<Double> alpha =
      key(
          "alpha",
          Type.number("above 0", Map.of("exclusiveMinimum", 0), 16)
              .checked(alpha -> alpha > 0 && Double.isFinite(alpha), "a finite number above 0"),
          8.0,
          "The update is scaled by alpha / init_r, whatever rank is left.");

  private final Key<Double> dropout = MethodTypes.dropout(this);

  private final Key<Optional<Integer>> warmup =
      optional(
          "tinit",
          Type.whole(0, 100),
          "a tenth of the run's",
          "Steps at the beginning in which every update keeps its rank.");

  private final Key<Optional<Integer>> settled =
      optional(
          "tfinal",
          Type.whole(1, 200),
          "a fifth of the run's",
          "Steps at the end in which the ranks that are left stay; they fall in between, by a"
              + " cubic.");

  private final Key<Integer> interval =
      key(
          "deltaT",
          Type.whole(1, 10),
          1,
          "Every how many steps the least important singular values are set to 0.");

  private final Key<Double> beta1 =
      key("beta1", DECAY, 0.85, "Decay of the mean sensitivity of parameters.");

  private final Key<Double> beta2 =
      key("beta2", DECAY, 0.85, "Decay of the mean uncertainty of that.");

  private final Key<Double> orthogonality =
      key(
          "orth_reg_weight",
          Type.number("0 or more", Map.of("minimum", 0), 0.1)
              .checked(weight -> weight >= 0 && Double.isFinite(weight), "a number of 0 or more"),
          0.5,
          "Weight, in the loss, of how far the vectors of updates are from orthonormal ones.");

  private final Key<Optional<List<String>>> targets = ProjectionKeys.targets(this);

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "adalora";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 1e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(
        new AdaLora(
            settings.get(initial),
            settings.get(alpha),
            settings.get(dropout),
            settings.get(orthogonality),
            budget(settings, model),
            settings.get(targets).orElse(model.targets()),
            LayerSelection.parse(settings.get(layers)),
            Map.of()));
  }

  private RankBudget budget(Settings settings, ModelDefaults model) {
    if (settings.get(target) > settings.get(initial)) {
      throw new UsageException(
          "target_r: expected at most init_r, "
              + settings.get(initial)
              + ", from which ranks fall, found "
              + settings.get(target));
    }
    long given = settings.get(warmup).orElse(0) + (long) settings.get(settled).orElse(0);
    // What is given for a run of another length is no mistake before that run is there.
    long steps = model.steps().orElse(Math.max(USUAL_STEPS, 2 * given));
    long begin = settings.get(warmup).map(Integer::longValue).orElse(steps / 10);
    long end = settings.get(settled).map(Integer::longValue).orElse(Math.max(1, steps / 5));
    if (begin + end >= steps) {
      throw new UsageException(
          "tinit, tfinal: expected together less than the "
              + steps
              + " steps of the run, so that ranks can fall in between, found "
              + begin
              + " and "
              + end);
    }
    return new RankBudget(
        settings.get(target),
        begin,
        end,
        settings.get(interval),
        steps,
        settings.get(beta1),
        settings.get(beta2));
  }

  @Override
  public Optional<String> note(Settings settings, ModelDefaults model) {
    RankBudget budget = budget(settings, model);
    return Optional.of(
        "adalora: ranks stay "
            + settings.get(initial)
            + " for "
            + budget.warmup()
            + " steps (tinit), fall to "
            + budget.target()
            + " on the mean, and stay so for the last "
            + budget.settled()
            + " (tfinal) of "
            + budget.steps());
  }
}
