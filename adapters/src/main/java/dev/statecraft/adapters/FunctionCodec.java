package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.Affine;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.PooledLowRank;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.Scaling;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.Shift;
import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.op.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

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
  private static final String USER = "user_function";
  private static final String PARAMETERS = "parameters";

  private static final List<FunctionCodec<?>> ALL =
      List.of(
          new FunctionCodec<>(
              "low_rank", LowRank.class, FunctionCodec::lowRank, FunctionCodec::write),
          new FunctionCodec<>(
              "bottleneck", Bottleneck.class, FunctionCodec::bottleneck, FunctionCodec::write),
          new FunctionCodec<>("gated", Gated.class, FunctionCodec::gated, FunctionCodec::write),
          new FunctionCodec<>("affine", Affine.class, FunctionCodec::affine, FunctionCodec::write),
          new FunctionCodec<>("ia3", Scaling.class, edge -> new Scaling(), (edge, function) -> {}),
          new FunctionCodec<>("bitfit", Shift.class, edge -> new Shift(), (edge, function) -> {}),
          new FunctionCodec<>("patch", Patch.class, FunctionCodec::patch, FunctionCodec::write),
          new FunctionCodec<>("reft", Reft.class, FunctionCodec::reft, FunctionCodec::write),
          new FunctionCodec<>(
              "vera", SharedLowRank.class, VeraFormat::function, VeraFormat::writeFunction),
          new FunctionCodec<>(
              "group_means",
              PooledLowRank.class,
              QaLoraFormat::function,
              QaLoraFormat::writeFunction),
          new FunctionCodec<>("routed", Routed.class, FunctionCodec::routed, FunctionCodec::write));

  /**
   * All of them.
   *
   * @param own what the program has, of which files hold the names alone
   */
  private static List<FunctionCodec<?>> all(UserFunctions own) {
    List<FunctionCodec<?>> all = new ArrayList<>(ALL);
    all.add(
        new FunctionCodec<>(
            "user", UserFunction.class, edge -> user(edge, own), FunctionCodec::write));
    return all;
  }

  /** The codec of a function, if it can be written down. */
  static Optional<FunctionCodec<?>> of(ControlFunction function) {
    return all(UserFunctions.NONE).stream()
        .filter(codec -> codec.type.isInstance(function))
        .<FunctionCodec<?>>map(codec -> codec)
        .findFirst();
  }

  /** What functions can be written down, for messages. */
  static String words() {
    return PartCodecs.either(all(UserFunctions.NONE).stream().map(FunctionCodec::word).toList());
  }

  /**
   * The function of an edge.
   *
   * @param own what the program has
   */
  static ControlFunction read(JsonKeys edge, UserFunctions own) {
    String word = edge.text(FUNCTION);
    return all(own).stream()
        .filter(codec -> codec.word.equals(word))
        .findFirst()
        .orElseThrow(() -> edge.invalid(FUNCTION, words()))
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
    write(edge, function.init());
  }

  private static Routed routed(JsonKeys edge) {
    return new Routed(edge.whole("k", 0, "0 or more"), lowRank(edge));
  }

  private static void write(ObjectNode edge, Routed function) {
    edge.put("k", function.k());
    write(edge, function.expert());
  }

  private static UserFunction user(JsonKeys edge, UserFunctions own) {
    UserFunction function =
        own.find(edge.text(USER)).orElseThrow(() -> edge.invalid(USER, own.expected()));
    List<String> names = names(function);
    if (!edge.texts(PARAMETERS).equals(names)) {
      throw edge.invalid(PARAMETERS, names + ", which the registered function has");
    }
    return function;
  }

  private static void write(ObjectNode edge, UserFunction function) {
    edge.put(USER, function.name());
    names(function).forEach(edge.putArray(PARAMETERS)::add);
  }

  /** Names of the parameters; their shapes are in the tensors' file. */
  private static List<String> names(UserFunction function) {
    return function.theta().stream().map(UserFunction.Theta::name).toList();
  }

  private static void write(ObjectNode edge, Initializer start) {
    ObjectNode init = edge.putObject("init");
    init.put("kind", start.kind().name());
    init.put("scale", start.scale());
  }

  private static Bottleneck bottleneck(JsonKeys edge) {
    return new Bottleneck(edge.positive("rank"), edge.number("scale"), activation(edge));
  }

  private static Activation.Kind activation(JsonKeys edge) {
    String label = edge.optionalText("activation").orElse(Activation.Kind.GELU.label());
    return Arrays.stream(Activation.Kind.values())
        .filter(kind -> kind.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                edge.invalid(
                    "activation",
                    PartCodecs.either(
                        Arrays.stream(Activation.Kind.values())
                            .map(Activation.Kind::label)
                            .toList())));
  }

  private static void write(ObjectNode edge, Bottleneck function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    if (function.activation() != Activation.Kind.GELU) { // As files were before there were others.
      edge.put("activation", function.activation().label());
    }
  }

  private static Gated gated(JsonKeys edge) {
    return new Gated(
        edge.positive("rank"),
        edge.number("scale"),
        edge.positive("gates"),
        initializer(edge.object("init")));
  }

  private static void write(ObjectNode edge, Gated function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    edge.put("gates", function.gates());
    write(edge, function.init());
  }

  private static Affine affine(JsonKeys edge) {
    return new Affine(
        edge.positive("rank"),
        edge.number("scale"),
        edge.positive("terms"),
        initializer(edge.object("init")));
  }

  private static void write(ObjectNode edge, Affine function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    edge.put("terms", function.terms());
    write(edge, function.init());
  }

  private static Patch patch(JsonKeys edge) {
    return new Patch(edge.positive("rank"), edge.number("scale"), initializer(edge.object("init")));
  }

  private static void write(ObjectNode edge, Patch function) {
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    write(edge, function.init());
  }

  private static Reft reft(JsonKeys edge) {
    return new Reft(
        Reft.Variant.of(edge.text("variant")),
        edge.positive("rank"),
        edge.number("scale"),
        Positions.parse(edge.text("positions")));
  }

  private static void write(ObjectNode edge, Reft function) {
    edge.put("variant", function.variant().label());
    edge.put("rank", function.rank());
    edge.put("scale", function.scale());
    edge.put("positions", function.positions().toString());
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
      case ROW_NORM, ROW_SQUARES, ORTHONORMAL, COPY, ROWS -> false;
    };
  }
}
