package dev.statecraft.adapters;

import dev.statecraft.core.run.ParameterValues;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An adapter without what its trained values say adds nothing to any state.
 *
 * @param description of what is saved
 * @param slices what is left of parameters of which not all is, by name
 */
record Trimming(AdapterDescription description, Map<String, Slices> slices) {
  Trimming {
    slices = Map.copyOf(slices);
  }

  static Trimming of(AdapterDescription whole, TaskModel family, ParameterValues weights) {
    List<AdapterPart> parts = new ArrayList<>();
    Map<String, Slices> slices = new HashMap<>();
    for (AdapterPart part : whole.parts()) {
      Optional<AdapterPart.Trimmed> trimmed = part.trimmed(family, weights);
      parts.add(trimmed.map(AdapterPart.Trimmed::part).orElse(part));
      trimmed.ifPresent(found -> slices.putAll(found.slices()));
    }
    return new Trimming(
        new AdapterDescription(whole.method(), whole.baseModel(), parts, whole.metadata()), slices);
  }

  /** What is saved of a parameter, in a tensor of the current scope. */
  Tensor saved(String parameter, Tensor value) {
    Slices left = slices.get(parameter);
    return left == null ? value.share() : left.of(value);
  }
}
