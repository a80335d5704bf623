package dev.statecraft.adapters;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** Which linears LoRA and DoRA attach to. */
public sealed interface Targets permits Targets.Named, ModuleTargets, ChosenTargets {

  /** The linears of a family's layers that these are, by their short names. */
  Named in(TaskModel family);

  /**
   * The same, by what rank and alpha they have.
   *
   * @param rank of linears for which no pattern says another
   * @param alpha likewise
   * @throws dev.statecraft.base.InvalidInputException if the family has no such targets
   */
  List<Group> groups(TaskModel family, int rank, double alpha, RankPatterns patterns);

  /**
   * Linears of one rank and alpha.
   *
   * @param targets which
   * @param rank r
   * @param alpha numerator of the scale
   */
  record Group(Named targets, int rank, double alpha) {}

  /** Modules that are trained whole beside them, if they are given as PEFT gives them. */
  Optional<List<String>> savedModules();

  /**
   * Linears by the short names of {@link dev.statecraft.core.graph.Layer#projections}.
   *
   * @param names short names
   * @param layers which layers
   */
  record Named(List<String> names, LayerSelection layers) implements Targets {
    public Named {
      names = List.copyOf(names);
    }

    @Override
    public Named in(TaskModel family) {
      return this;
    }

    /** {@inheritDoc} One group: patterns come with names as PEFT gives them. */
    @Override
    public List<Group> groups(TaskModel family, int rank, double alpha, RankPatterns patterns) {
      return List.of(new Group(this, rank, alpha));
    }

    @Override
    public Optional<List<String>> savedModules() {
      return Optional.empty();
    }
  }
}
