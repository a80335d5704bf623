package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** One of the tunings that make an adapter. A {@code PartCodec} writes it down and reads it. */
public interface AdapterPart {

  /**
   * The tuning for a family.
   *
   * @throws dev.statecraft.base.InvalidInputException if the family has no such targets
   */
  Tuning tuning(TaskModel family);

  /** Whether what it computes can be held by the weights of the model. */
  boolean isInWeights();

  /** Whether it trains every weight: then all are saved, by their own names. */
  default boolean trainsAll() {
    return false;
  }

  /** The control edges that it has, whose parameters have names of their own. */
  default List<ControlEdge> edges() {
    return List.of();
  }

  /** Whether PEFT has a word for it. */
  default boolean isPeft() {
    return projections().isPresent();
  }

  /** Modules that are trained whole beside it, if it is as PEFT gives it. */
  default Optional<List<String>> savedModules() {
    return projections().flatMap(part -> part.targets().savedModules());
  }

  /** The same as LoRA or DoRA, if that is what it is. */
  default Optional<Projections> projections() {
    return Optional.empty();
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
    public boolean isInWeights() {
      return true;
    }

    @Override
    public Optional<Projections> projections() {
      return Optional.of(this);
    }

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
        if (FunctionCodec.of(edge.function()).isEmpty()) {
          throw new UsageException(
              "control edge '"
                  + edge.name()
                  + "': expected a low-rank or bottleneck function, which can be saved, found "
                  + edge.function().getClass().getName());
        }
      }
    }

    @Override
    public boolean isInWeights() {
      return false;
    }

    @Override
    public List<ControlEdge> edges() {
      return states.edges();
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return states;
    }
  }

  /** All weights. */
  record Full() implements AdapterPart {
    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public boolean trainsAll() {
      return true;
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return new FullTuning();
    }
  }

  /** The task's head alone. */
  record Head() implements AdapterPart {
    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return new HeadTuning();
    }
  }
}
