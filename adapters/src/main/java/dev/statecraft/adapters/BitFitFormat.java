package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.BitFit;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** BitFit as JSON: {@code targets}, empty for all linears of a layer, and {@code layers}. */
final class BitFitFormat implements PartCodec<BitFitPart> {
  @Override
  public Class<BitFitPart> part() {
    return BitFitPart.class;
  }

  @Override
  public List<Source<?, BitFitPart>> sources() {
    return List.of(new Source<>(BitFit.class, BitFitPart::new));
  }

  @Override
  public Optional<Alone<BitFitPart>> alone() {
    return Optional.empty();
  }

  @Override
  public Optional<String> type() {
    return Optional.of("bitfit");
  }

  @Override
  public BitFitPart read(JsonKeys keys, List<String> saved) {
    return new BitFitPart(new BitFit(keys.texts("targets"), ControlFormat.layers(keys)));
  }

  @Override
  public void write(ObjectNode node, BitFitPart part, TaskModel family, List<String> saved) {
    node.put("layers", part.biases().layers().toString());
    part.biases().targets().forEach(node.putArray("targets")::add);
  }
}
