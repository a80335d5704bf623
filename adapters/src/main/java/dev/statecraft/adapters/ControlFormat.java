package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Control edges as JSON: {@code layers}, and {@code edges} with {@code from}, {@code to}, {@code
 * name} and {@code function} ({@code low_rank} or {@code bottleneck}) with its numbers.
 */
final class ControlFormat {
  private static final String LOW_RANK = "low_rank";
  private static final String BOTTLENECK = "bottleneck";

  private ControlFormat() {}

  static AdapterPart.Control read(JsonKeys keys) {
    List<ControlEdge> edges = new ArrayList<>();
    for (JsonKeys edge : keys.objects("edges")) {
      try {
        edges.add(
            new ControlEdge(edge.text("from"), edge.text("to"), edge.text("name"), function(edge)));
      } catch (IllegalArgumentException | UsageException | GraphException e) {
        throw new InvalidInputException(
            edge.source() + ": " + edge.prefix() + "from: " + e.getMessage(), e);
      }
    }
    return new AdapterPart.Control(new StateTuning(edges, layers(keys)));
  }

  private static LayerSelection layers(JsonKeys keys) {
    String text = keys.text("layers");
    try {
      return LayerSelection.parse(text);
    } catch (IllegalArgumentException | UsageException | GraphException e) {
      throw new InvalidInputException(keys.source() + ": " + keys.prefix() + e.getMessage(), e);
    }
  }

  private static ControlFunction function(JsonKeys edge) {
    return switch (edge.text("function")) {
      case LOW_RANK ->
          new LowRank(
              edge.positive("rank"),
              edge.number("scale"),
              edge.flag("bias"),
              edge.dropout("dropout"),
              initializer(edge.object("init")));
      case BOTTLENECK -> new Bottleneck(edge.positive("rank"), edge.number("scale"));
      default -> throw edge.invalid("function", LOW_RANK + " or " + BOTTLENECK);
    };
  }

  private static Initializer initializer(JsonKeys keys) {
    String kind = keys.text("kind");
    for (Initializer.Kind known : Initializer.Kind.values()) {
      Initializer initializer = new Initializer(known, keys.number("scale"), "");
      if (known.name().equals(kind) && isPlain(initializer)) {
        return initializer;
      }
    }
    throw keys.invalid(
        "kind",
        "one of "
            + Arrays.stream(Initializer.Kind.values())
                .filter(known -> isPlain(new Initializer(known, 0, "")))
                .toList());
  }

  /** Whether it needs no other parameter. */
  private static boolean isPlain(Initializer initializer) {
    return switch (initializer.kind()) {
      case CONSTANT, NORMAL, UNIFORM, KAIMING_UNIFORM -> true;
      case ROW_NORM, ROW_SQUARES -> false;
    };
  }

  static void write(ObjectNode node, AdapterPart.Control part) {
    node.put("layers", part.states().layers().toString());
    var edges = node.putArray("edges");
    for (ControlEdge edge : part.states().edges()) {
      ObjectNode written = edges.addObject();
      written.put("from", edge.from());
      written.put("to", edge.to());
      written.put("name", edge.name());
      if (edge.function() instanceof LowRank function) {
        written.put("function", LOW_RANK);
        written.put("rank", function.rank());
        written.put("scale", function.scale());
        written.put("bias", function.bias());
        written.put("dropout", function.dropout());
        ObjectNode init = written.putObject("init");
        init.put("kind", function.init().kind().name());
        init.put("scale", function.init().scale());
      } else {
        Bottleneck function = (Bottleneck) edge.function();
        written.put("function", BOTTLENECK);
        written.put("rank", function.rank());
        written.put("scale", function.scale());
      }
    }
  }
}
