package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Control edges as JSON: {@code layers}, and {@code edges} with {@code from}, {@code to}, {@code
 * name} and {@code function} (a word of a {@link FunctionCodec}) with its numbers.
 */
final class ControlFormat implements PartCodec<AdapterPart.Control> {
  @Override
  public Class<AdapterPart.Control> part() {
    return AdapterPart.Control.class;
  }

  @Override
  public List<Source<?, AdapterPart.Control>> sources() {
    return List.of(new Source<>(StateTuning.class, AdapterPart.Control::new));
  }

  @Override
  public Optional<Alone<AdapterPart.Control>> alone() {
    return Optional.empty();
  }

  @Override
  public Optional<String> type() {
    return Optional.of("control");
  }

  @Override
  public AdapterPart.Control read(JsonKeys keys, List<String> saved) {
    return read(keys, saved, UserFunctions.NONE);
  }

  @Override
  public AdapterPart.Control read(JsonKeys keys, List<String> saved, UserFunctions own) {
    List<ControlEdge> edges = new ArrayList<>();
    for (JsonKeys edge : keys.objects("edges")) {
      try {
        edges.add(
            new ControlEdge(
                edge.text("from"),
                edge.text("to"),
                edge.text("name"),
                FunctionCodec.read(edge, own)));
      } catch (IllegalArgumentException | UsageException | GraphException e) {
        throw new InvalidInputException(
            edge.source() + ": " + edge.prefix() + "from: " + e.getMessage(), e);
      }
    }
    return new AdapterPart.Control(new StateTuning(edges, layers(keys)));
  }

  /** Which layers a part is about. */
  static LayerSelection layers(JsonKeys keys) {
    String text = keys.text("layers");
    try {
      return LayerSelection.parse(text);
    } catch (IllegalArgumentException | UsageException | GraphException e) {
      throw new InvalidInputException(keys.source() + ": " + keys.prefix() + e.getMessage(), e);
    }
  }

  @Override
  public void write(
      ObjectNode node, AdapterPart.Control part, TaskModel family, List<String> saved) {
    node.put("layers", part.tuning().layers().toString());
    ArrayNode edges = node.putArray("edges");
    for (ControlEdge edge : part.edges()) {
      ObjectNode written = edges.addObject();
      written.put("from", edge.from());
      written.put("to", edge.to());
      written.put("name", edge.name());
      FunctionCodec.of(edge.function()).orElseThrow().write(written, edge.function());
    }
  }
}
