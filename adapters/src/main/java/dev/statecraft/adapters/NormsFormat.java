package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.NormTuning;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** The model's own norms as JSON: {@code layers}. */
final class NormsFormat implements PartCodec<AdapterPart.Norms> {
  @Override
  public Class<AdapterPart.Norms> part() {
    return AdapterPart.Norms.class;
  }

  @Override
  public List<Source<?, AdapterPart.Norms>> sources() {
    return List.of(new Source<>(NormTuning.class, AdapterPart.Norms::new));
  }

  @Override
  public Optional<Alone<AdapterPart.Norms>> alone() {
    return Optional.empty();
  }

  @Override
  public Optional<String> type() {
    return Optional.of("norms");
  }

  @Override
  public AdapterPart.Norms read(JsonKeys keys, List<String> saved) {
    return new AdapterPart.Norms(new NormTuning(ControlFormat.layers(keys)));
  }

  @Override
  public void write(ObjectNode node, AdapterPart.Norms part, TaskModel family, List<String> saved) {
    node.put("layers", part.norms().layers().toString());
  }
}
