package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.graph.Initializer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How the control functions of one class are written down and read back.
 *
 * @param word {@code function} of the edge
 * @param type their class
 * @param reader reads the keys of an edge
 * @param writer writes them
 */
record FunctionCodec<F extends ControlFunction>(
    String word, Class<F> type, Function<JsonKeys, F> reader, BiConsumer<ObjectNode, F> writer) {
  private static final String FUNCTION = "function";

  private static final List<FunctionCodec<?>> ALL =
      List.of(
          new FunctionCodec<>(
              "low_rank", LowRank.class, FunctionCodec::lowRank, FunctionCodec::write),
          new FunctionCodec<>(
              "bottleneck", Bottleneck.class, FunctionCodec::bottleneck, FunctionCodec::write),
          new FunctionCodec<>(
              "vera", SharedLowRank.class, VeraFormat::function, VeraFormat::writeFunction));

  /** The codec of a function, if it can be written down. */
  static Optional<FunctionCodec<?>> of(ControlFunction function) {
    return ALL.stream()
        .filter(codec -> codec.type.isInstance(function))
        .<FunctionCodec<?>>map(codec -> codec)
        .findFirst();
  }

  /** The function of an edge. */
  static ControlFunction read(JsonKeys edge) {
    String word = edge.text(FUNCTION);
    return ALL.stream()
        .filter(codec -> codec.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                edge.invalid(
                    FUNCTION,
                    ALL.stream().map(FunctionCodec::word).collect(Collectors.joining(" or "))))
        .reader
        .apply(edge);
  }

  /** Writes a function of this class. */
  void write(ObjectNode edge, ControlFunction function) {
    edge.put(FUNCTION, word);
    writer.accept(edge, type.cast(function));
  }

  private static LowRank lowRank(JsonKeys edge) {
    return new LowRank(
        edge.positive("rank"),
        edge.number("scale"),
        edge.flag("bias", false),
        PeftFormat.dropout(edge, "dropout"),
        initializer(edge.object("init")));
  }

  private static void write(ObjectNode edge, LowRank function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    edge.put("bias", function.bias());
    edge.put("dropout", function.dropout());
    ObjectNode init = edge.putObject("init");
    init.put("kind", function.init().kind().name());
    init.put("scale", function.init().scale());
  }

  private static Bottleneck bottleneck(JsonKeys edge) {
    return new Bottleneck(edge.positive("rank"), edge.number("scale"));
  }

  private static void write(ObjectNode edge, Bottleneck function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
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
}
