package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every op refuses what does not fit, and says what it expected and what it found. */
class InferTest {
  private static final State TOKENS8 = State.compute("x", Shape.tokens(8));
  private static final State TOKENS6 = State.compute("y", Shape.tokens(6));
  private static final State IDS = new State("ids", Shape.of(Axis.TOKENS), Precision.INDEX);

  private static void refuses(Op op, List<State> in, List<Parameter> weights, String... words) {
    assertThatThrownBy(() -> op.infer(in, weights))
        .isInstanceOf(GraphException.class)
        .hasMessageContainingAll(words);
  }

  @Test
  void counts() {
    refuses(new Add(), List.of(TOKENS8), List.of(), "expected 2 inputs", "x [tokens, 8]");
    refuses(new Linear(true), List.of(TOKENS8), List.of(), "expected 2 parameters", "[]");
  }

  @Test
  void widths() {
    Parameter weight = Parameter.base("w", 4, 7);
    Parameter vector = Parameter.base("v", 7);
    refuses(new Linear(false), List.of(TOKENS8), List.of(weight), "8 columns", "w [4, 7]");
    refuses(new RmsNorm(1e-5), List.of(TOKENS8), List.of(vector), "weight", "[8]", "v [7]");
    refuses(
        new LayerNorm(1e-5),
        List.of(TOKENS8),
        List.of(Parameter.base("w", 8), vector),
        "bias",
        "[8]",
        "v [7]");
    refuses(new Add(), List.of(TOKENS8, TOKENS6), List.of(), "[tokens, 8]", "y [tokens, 6]");
    refuses(new Glu(), List.of(TOKENS8, TOKENS6), List.of(), "up", "[tokens, 8]", "[tokens, 6]");
    refuses(new Rotary(6), List.of(TOKENS8, TOKENS6), List.of(), "multiple of 6", "x [tokens, 8]");
    refuses(new Embedding(), List.of(IDS), List.of(vector), "[vocab, hidden]", "v [7]");
    refuses(
        new Attention("a", 4, 2, 2, true),
        List.of(TOKENS8, TOKENS6, TOKENS6),
        List.of(),
        "keys",
        "[tokens, 4]",
        "y [tokens, 6]");
    State source = State.compute("s", Shape.along(Axis.SOURCE_TOKENS, 4));
    refuses(
        new Attention("a", 4, 2, 2, true),
        List.of(TOKENS8, source, source),
        List.of(),
        "keys",
        "[tokens, 4]",
        "s [source_tokens, 4]");
    refuses(
        new Attention("a", 4, 2, 2, false),
        List.of(TOKENS8, source, State.compute("v", Shape.tokens(4))),
        List.of(),
        "values",
        "[source_tokens, 4]",
        "v [tokens, 4]");
    refuses(
        new Attention("a", 4, 2, 2, false),
        List.of(TOKENS8, State.compute("s", Shape.sequences(4)), source),
        List.of(),
        "keys",
        "laid end to end",
        "s [sequences, 4]");
    refuses(
        new ClassToken(3),
        List.of(State.compute("p", Shape.of(Axis.PATCHES, Dim.of(8)))),
        List.of(Parameter.base("cls", 1, 1, 8), Parameter.base("pos", 1, 3, 8)),
        "position embeddings",
        "[1, 4, 8]",
        "pos [1, 3, 8]");
  }

  @Test
  void kindsOfStates() {
    Parameter table = Parameter.base("table", 5, 8);
    State labels = new State("labels", Shape.of(Axis.LABELS), Precision.INDEX);
    refuses(new Embedding(), List.of(TOKENS8), List.of(table), "ids", "INDEX", "COMPUTE");
    refuses(new Activation(Activation.Kind.RELU), List.of(IDS), List.of(), "[rows, features]");
    refuses(new RotaryTable(1), List.of(labels), List.of(), "[tokens]", "[labels]");
    refuses(new Rotary(8), List.of(TOKENS8, TOKENS8), List.of(), "table", "MASTER", "COMPUTE");
    refuses(new FirstToken(), List.of(State.compute("s", Shape.sequences(3))), List.of(), "tokens");
    refuses(new MeanTokens(), List.of(State.compute("s", Shape.sequences(3))), List.of(), "tokens");
    refuses(
        new CausalLmLoss(8), List.of(TOKENS8, IDS, IDS), List.of(table), "positions", "[labels]");
    refuses(
        new CrossEntropyLoss(),
        List.of(State.compute("z", Shape.sequences(3)), IDS),
        List.of(),
        "labels",
        "[sequences]");
    refuses(
        new MeanSquaredErrorLoss(),
        List.of(State.compute("z", Shape.sequences(3)), IDS),
        List.of(),
        "[sequences, 1]",
        "z [sequences, 3]");
    refuses(
        new Patches(3, 2, 4),
        List.of(State.compute("pixels", Shape.of(Axis.SEQUENCES, Dim.of(3), Dim.of(4), Dim.of(5)))),
        List.of(),
        "[sequences, 3, 4, 4]",
        "[sequences, 3, 4, 5]");
  }

  @Test
  void settings() {
    assertThatThrownBy(() -> new Attention("a", 6, 4, 2, true)).hasMessageContaining("divisor");
    assertThatThrownBy(() -> new Rotary(5)).hasMessageContaining("even");
    assertThatThrownBy(() -> new Patches(3, 4, 6)).hasMessageContaining("multiple");
    assertThatThrownBy(() -> new CausalLmLoss(0)).hasMessageContaining("chunk");
    assertThatThrownBy(() -> new ClassToken(0)).hasMessageContaining("patches per image");
    assertThatThrownBy(() -> new RotaryTable()).hasMessageContaining("at least one");
  }
}
