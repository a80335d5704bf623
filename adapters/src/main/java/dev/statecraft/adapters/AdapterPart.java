package dev.statecraft.adapters;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.models.head.TaskModel;

/** One of the tunings that make an adapter. */
public sealed interface AdapterPart {

  /**
   * The tuning for a family.
   *
   * @throws dev.statecraft.base.InvalidInputException if the family has no such targets
   */
  Tuning tuning(TaskModel family);

  /**
   * The part that a tuning is.
   *
   * @throws IllegalArgumentException if it cannot be written down: a tuning of another class, or a
   *     control function of one's own
   */
  static AdapterPart of(Tuning tuning) {
    if (tuning instanceof Lora lora) {
      Targets targets = new Targets.Named(lora.targets(), lora.layers());
      return new Projections(false, lora.rank(), lora.alpha(), lora.dropout(), false, targets);
    }
    if (tuning instanceof Dora dora) {
      Targets targets = new Targets.Named(dora.targets(), dora.layers());
      return new Projections(true, dora.rank(), dora.alpha(), dora.dropout(), false, targets);
    }
    if (tuning instanceof StateTuning states) {
      return new Control(states);
    }
    if (tuning instanceof FullTuning) {
      return new Full();
    }
    if (tuning instanceof HeadTuning) {
      return new Head();
    }
    throw new IllegalArgumentException(
        "expected Lora, Dora, StateTuning, FullTuning or HeadTuning, found "
            + tuning.getClass().getName());
  }

  /**
   * LoRA or DoRA.
   *
   * @param dora whether it is DoRA
   * @param rank r
   * @param alpha numerator of the scale
   * @param dropout probability
   * @param rankStabilized whether the scale is {@code alpha / sqrt(r)} (Kalajdzievski 2023) instead
   *     of {@code alpha / r}
   * @param targets which linears
   */
  record Projections(
      boolean dora, int rank, double alpha, double dropout, boolean rankStabilized, Targets targets)
      implements AdapterPart {
    @Override
    public Tuning tuning(TaskModel family) {
      Targets.Named named = targets.in(family);
      return dora
          ? new Dora(rank, numerator(), dropout, named.names(), named.layers())
          : new Lora(rank, numerator(), dropout, named.names(), named.layers());
    }

    /** What the core divides by the rank. */
    double numerator() {
      return rankStabilized ? alpha * Math.sqrt((double) rank) : alpha;
    }

    /** Factor of B A. */
    public double scale() {
      return numerator() / rank;
    }
  }

  /**
   * Control edges.
   *
   * @param states where they go and what they compute
   */
  record Control(StateTuning states) implements AdapterPart {
    /**
     * Checks that the functions can be written down.
     *
     * @throws IllegalArgumentException if one is neither low rank nor a bottleneck
     */
    public Control {
      for (ControlEdge edge : states.edges()) {
        if (!(edge.function() instanceof LowRank) && !(edge.function() instanceof Bottleneck)) {
          throw new IllegalArgumentException(
              "control edge '"
                  + edge.name()
                  + "': expected a low-rank or bottleneck function, which can be saved, found "
                  + edge.function().getClass().getName());
        }
      }
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return states;
    }
  }

  /** All weights. */
  record Full() implements AdapterPart {
    @Override
    public Tuning tuning(TaskModel family) {
      return new FullTuning();
    }
  }

  /** The task's head alone. */
  record Head() implements AdapterPart {
    @Override
    public Tuning tuning(TaskModel family) {
      return new HeadTuning();
    }
  }
}
