package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.control.theory.Activation;
import dev.statecraft.control.theory.Matrix;
import dev.statecraft.control.theory.PushforwardRank;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import dev.statecraft.testkit.RealData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Theorem 4.2 on the MLP blocks of real models, token by token on a real text: in how many
 * directions a control of the first weight moves the block's output, and one of its state. GELU and
 * SwiGLU have no dead units, so the ranks of both are full, and what differs is how even the
 * directions are; with ReLU in their place, on the same weights and states, ranks fall. The figures
 * are in docs/THEORY.md.
 */
@Tag("real-data")
class RealPushforwardTest {
  private static final String TEXT =
      "Once upon a time, there was a little girl named Lily. She loved to play outside.";
  private static final double ZERO = 1e-10;

  /** How many tokens of the text are looked at: singular values of wide matrices take a while. */
  private static final int TOKENS = 6;

  /** What one token shows: ranks of the weight's control, above parts of the largest value. */
  private record Measured(int alive, int rank, int percent, int tenth, double least) {
    static Measured of(Matrix x, Matrix slopes, Matrix down) {
      PushforwardRank control = PushforwardRank.ofWeight(x, slopes, down);
      int alive = (int) Arrays.stream(slopes.toArray()[0]).filter(slope -> slope != 0).count();
      List<Double> values = control.singularValues();
      return new Measured(
          alive,
          control.rank(ZERO),
          control.rank(0.01),
          control.rank(0.1),
          values.get(values.size() - 1) / values.get(0));
    }
  }

  private static double mean(List<Measured> all, ToDoubleFunction<Measured> value) {
    return all.stream().mapToDouble(value).average().orElseThrow();
  }

  private static void show(String name, List<Measured> all) {
    System.out.printf(
        Locale.ROOT,
        "%s: units with a slope %.0f, rank %.1f (%d to %d), above 1%% %.1f, above 10%% %.1f,"
            + " least / largest %.1e%n",
        name,
        mean(all, Measured::alive),
        mean(all, Measured::rank),
        all.stream().mapToInt(Measured::rank).min().orElseThrow(),
        all.stream().mapToInt(Measured::rank).max().orElseThrow(),
        mean(all, Measured::percent),
        mean(all, Measured::tenth),
        mean(all, Measured::least));
  }

  private static Matrix token(Matrix states, int token) {
    return states.block(token, 0, 1, states.columns());
  }

  /** A control of the state moves every direction, all by the length of x. */
  private static void checkState(Matrix x) {
    PushforwardRank state = PushforwardRank.ofState(x, x.columns());
    assertThat(state.rank(ZERO)).isEqualTo(x.columns());
    assertThat(state.singularValues())
        .allSatisfy(value -> assertThat(value).isCloseTo(x.norm(), within(1e-9 * x.norm())));
  }

  @Test
  void encoderWithGelu() {
    try (RealStates model = new RealStates("builtin:minilm")) {
      for (int layer = 0; layer < model.layers(); layer++) {
        String name = "layers." + layer + ".";
        Map<String, Matrix> states = model.states(TEXT, Set.of(name + "middle", name + "wide"));
        Matrix down = model.weightOf(name + "mlp_output");
        List<Measured> gelu = new ArrayList<>();
        List<Measured> relu = new ArrayList<>();
        for (int t = 1; t <= TOKENS; t++) {
          Matrix x = token(states.get(name + "middle"), t);
          Matrix wide = token(states.get(name + "wide"), t);
          checkState(x);
          gelu.add(Measured.of(x, geluSlopes(model, wide), down));
          relu.add(Measured.of(x, wide.map(Activation.RELU::slope), down));
        }
        show("MiniLM layer %d, GELU".formatted(layer), gelu);
        show("MiniLM layer %d, ReLU".formatted(layer), relu);
        assertThat(gelu).allMatch(token -> token.rank() == down.columns());
        assertThat(relu).allMatch(token -> token.rank() == Math.min(token.alive(), down.columns()));
      }
    }
  }

  private static Matrix geluSlopes(RealStates model, Matrix wide) {
    double[] values = wide.toArray()[0];
    double[] ones = new double[values.length];
    Arrays.fill(ones, 1);
    try (Tensor x = model.torch().of(DType.FLOAT64, values, values.length);
        Tensor upstream = model.torch().of(DType.FLOAT64, ones, ones.length);
        Tensor slopes = Kernels.geluBackward(upstream, x, false)) {
      return Matrix.row(slopes.toDoubles());
    }
  }

  /** Of SwiGLU the control is that of gate_proj; a unit is multiplied by what up_proj gives. */
  @Test
  void decoderWithSwiGlu() {
    try (RealStates model = new RealStates(RealData.file("data/stories260k").toString())) {
      for (int layer = 0; layer < model.layers(); layer++) {
        String name = "layers." + layer + ".";
        Map<String, Matrix> states =
            model.states(TEXT, Set.of(name + "mlp_norm", name + "gate", name + "up"));
        Matrix down = model.weightOf(name + "mlp_output");
        List<Measured> silu = new ArrayList<>();
        List<Measured> relu = new ArrayList<>();
        for (int t = 1; t <= TOKENS; t++) {
          Matrix x = token(states.get(name + "mlp_norm"), t);
          Matrix gate = token(states.get(name + "gate"), t);
          Matrix up = token(states.get(name + "up"), t);
          checkState(x);
          silu.add(Measured.of(x, gate.map(Activation.SILU::slope).hadamard(up), down));
          relu.add(Measured.of(x, gate.map(Activation.RELU::slope).hadamard(up), down));
        }
        show("stories260k layer %d, SwiGLU".formatted(layer), silu);
        show("stories260k layer %d, ReLU gate".formatted(layer), relu);
        assertThat(silu).allMatch(token -> token.rank() == down.columns());
        assertThat(relu).allMatch(token -> token.rank() == Math.min(token.alive(), down.columns()));
      }
    }
  }
}
