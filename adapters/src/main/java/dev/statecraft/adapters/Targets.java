package dev.statecraft.adapters;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** Which linears LoRA and DoRA attach to. */
public sealed interface Targets permits Targets.Named, ModuleTargets {

  /** The linears of a family's layers that these are, by their short names. */
  Named in(TaskModel family);

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

    @Override
    public Optional<List<String>> savedModules() {
      return Optional.empty();
    }
  }
}
