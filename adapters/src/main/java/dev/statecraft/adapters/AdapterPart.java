package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.NormTuning;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.run.ParameterValues;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** One of the tunings that make an adapter. A {@code PartCodec} writes it down and reads it. */
public interface AdapterPart {
  /**
   * The tuning for a family.
   *
   * @throws dev.statecraft.base.InvalidInputException if the family has no such targets
   */
  Tuning tuning(TaskModel family);

  /** Whether what it computes can be held by the weights of the model, biases included. */
  boolean isInWeights();

  /** Factor of the update of a linear's weight, where it is one that all linears have. */
  default double scale() {
    return 1;
  }

  /** Whether it trains every weight: then all are saved, by their own names. */
  default boolean trainsAll() {
    return false;
  }

  /** Whether PEFT has a word for it. */
  default boolean isPeft() {
    return projections().isPresent();
  }

  /** Modules that are trained whole beside it, if it is as PEFT gives it. */
  default Optional<List<String>> savedModules() {
    return projections().flatMap(part -> part.targets().savedModules());
  }

  /**
   * Whether what it adds starts as a part of the model's weights, which are held less that: then
   * its tensors say something only together with the weights as they were.
   */
  default boolean takesFromWeights() {
    return false;
  }

  /** The same as a part that leaves the weights whole, if it takes from them. */
  default AdapterPart ofWholeWeights() {
    return this;
  }

  /** The same as control edges between states, if that is what it is. */
  default Optional<StateTuning> states() {
    return Optional.empty();
  }

  /** The control edges that it has, whose parameters have names of their own. */
  default List<ControlEdge> edges() {
    return List.of();
  }

  /**
   * Whether trained values of several can be put together one by one: none is a factor of another.
   */
  default boolean isOfPlainValues() {
    return false;
  }

  /** The same by the states of a family, where it is told by the family's modules. */
  default AdapterPart in(TaskModel family) {
    return this;
  }

  /** The same as edges between modules, if that is what it is. */
  default Optional<ModuleEdges> moduleEdges() {
    return Optional.empty();
  }

  /** The same as LoRA or DoRA, if that is what it is. */
  default Optional<ProjectionsPart> projections() {
    return Optional.empty();
  }

  /** The same as QA-LoRA, whose update zero points can hold, if that is what it is. */
  default Optional<QaLora> groupMeans() {
    return Optional.empty();
  }

  /**
   * An adapter's part without what adds nothing to any state.
   *
   * @param part that makes a smaller graph
   * @param slices what of its parameters is left, by their names in the larger graph
   */
  record Trimmed(AdapterPart part, Map<String, Slices> slices) {
    /** Copies. */
    public Trimmed {
      slices = Map.copyOf(slices);
    }
  }

  /** The same without what adds nothing, where trained values say that something will not. */
  default Optional<Trimmed> trimmed(TaskModel family, ParameterValues weights) {
    return Optional.empty();
  }

  /** Tensors that PEFT saves though they hold no numbers, by key, with their shapes. */
  default Map<String, long[]> withoutNumbers(TaskModel family) {
    return Map.of();
  }

  /** The number that a tensor which is no parameter must hold, if one of this key may be there. */
  default OptionalDouble constant(String key) {
    return OptionalDouble.empty();
  }

  /**
   * Control edges.
   *
   * @param tuning where they go and what they compute
   */
  record Control(StateTuning tuning) implements AdapterPart {
    /**
     * Checks that the functions can be written down.
     *
     * @throws UsageException if one cannot
     */
    public Control {
      for (ControlEdge edge : tuning.edges()) {
        if (FunctionCodec.of(edge.function()).isEmpty()) {
          throw new UsageException(
              "control edge '"
                  + edge.name()
                  + "': expected a function that can be saved ("
                  + FunctionCodec.words()
                  + "), found "
                  + edge.function().getClass().getName());
        }
      }
    }

    @Override
    public boolean isInWeights() {
      return false;
    }

    /** The word that files have for a function. */
    public static String word(ControlFunction function) {
      return FunctionCodec.of(function).orElseThrow().word();
    }

    @Override
    public Optional<StateTuning> states() {
      return Optional.of(tuning);
    }

    @Override
    public List<ControlEdge> edges() {
      return tuning.edges();
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return tuning;
    }
  }

  /**
   * The model's own norms.
   *
   * @param norms of which layers
   */
  record Norms(NormTuning norms) implements AdapterPart {
    @Override
    public boolean isOfPlainValues() {
      return true;
    }

    @Override
    public boolean isInWeights() {
      return true;
    }

    @Override
    public Tuning tuning(TaskModel family) {
      return norms;
    }
  }

  /** All weights. */
  record Full() implements AdapterPart {
    @Override
    public boolean isOfPlainValues() {
      return true;
    }

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
