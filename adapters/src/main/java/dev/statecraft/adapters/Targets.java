package dev.statecraft.adapters;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.models.head.TaskModel;
import java.util.List;

/** Which linears LoRA and DoRA attach to. */
public sealed interface Targets permits Targets.Named, ModuleTargets {

  /** The linears of a family's layers that these are, by their short names. */
  Named in(TaskModel family);

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
  }
}
