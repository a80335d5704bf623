package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * LoRA and DoRA against the one weight that they stand for, W' = V and W' = m V / |V| row by row,
 * with V = W + s B A multiplied out by hand.
 */
class MergeTest {
  private static final double SCALE = Methods.ALPHA / Methods.RANK;
  private static final int RANK = Methods.RANK;

  static Stream<Arguments> methods() {
    return TinyModel.NAMES.stream()
        .flatMap(name -> Stream.of(Arguments.of(name, false), Arguments.of(name, true)));
  }

  private static Graph tuned(TinyModel model, boolean dora) {
    return Methods.of(model, 0).get(dora ? "dora" : "lora").apply(model.graph());
  }

  /** Names of the tuned modules. */
  private static List<String> modules(TinyModel model) {
    Graph graph = model.graph();
    List<String> modules = new ArrayList<>();
    for (Layer layer : graph.layers()) {
      for (String target : model.family().backbone().defaultTargets()) {
        Edge linear = graph.producer(layer.projections().get(target)).orElseThrow();
        modules.add(linear.parameters().get(0).name().replaceFirst("\\.weight$", ""));
      }
    }
    return modules;
  }

  /** One module's parts on the host. */
  private static final class Module {
    private final double[] a;
    private final double[] b;
    private final double[] v;
    private final double[] rowFactors;
    private final double[] norms;
    private final int in;
    private final int out;

    Module(Weights weights, String name, boolean dora) {
      a = weights.value(name + ".lora_A.weight").toDoubles();
      b = weights.value(name + ".lora_B.weight").toDoubles();
      v = weights.value(name + ".weight").toDoubles();
      in = a.length / RANK;
      out = b.length / RANK;
      rowFactors = new double[out];
      norms = new double[out];
      for (int i = 0; i < out; i++) {
        double squares = 0;
        for (int j = 0; j < in; j++) {
          for (int k = 0; k < RANK; k++) {
            v[i * in + j] += SCALE * b[i * RANK + k] * a[k * in + j];
          }
          squares += v[i * in + j] * v[i * in + j];
        }
        norms[i] = Math.sqrt(squares);
        rowFactors[i] =
            dora
                ? weights.value(name + ".lora_magnitude_vector.weight").toDoubles()[i] / norms[i]
                : 1;
      }
    }

    double[] merged() {
      double[] merged = v.clone();
      for (int i = 0; i < merged.length; i++) {
        merged[i] *= rowFactors[i / in];
      }
      return merged;
    }

    /** Given the gradient of W', those of A, B and m, the norm held constant. */
    Map<String, double[]> gradients(double[] merged) {
      double[] da = new double[a.length];
      double[] db = new double[b.length];
      double[] dm = new double[out];
      for (int i = 0; i < out; i++) {
        for (int j = 0; j < in; j++) {
          double dv = merged[i * in + j] * rowFactors[i];
          dm[i] += merged[i * in + j] * v[i * in + j] / norms[i];
          for (int k = 0; k < RANK; k++) {
            da[k * in + j] += SCALE * b[i * RANK + k] * dv;
            db[i * RANK + k] += SCALE * dv * a[k * in + j];
          }
        }
      }
      return Map.of("lora_A", da, "lora_B", db, "lora_magnitude_vector", dm);
    }
  }

  private static void merge(
      Torch torch, TinyModel model, Weights from, Weights into, boolean dora) {
    for (String module : modules(model)) {
      Tensor target = into.value(module + ".weight");
      double[] values = new Module(from, module, dora).merged();
      try (Tensor source = torch.of(DType.FLOAT64, values, target.shape())) {
        target.copyFrom(source);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void logitsAreThoseOfTheMergedWeights(String name, boolean dora) {
    TinyModel model = TinyModel.of(name);
    Graph tuned = tuned(model, dora);
    Graph base = model.graph();
    try (Torch torch = Torch.cpu();
        Weights unmerged = model.controlled(torch, tuned);
        Weights merged = model.weights(torch, base)) {
      double[] before = model.logits(torch, base, merged);
      merge(torch, model, unmerged, merged, dora);
      double[] expected = model.logits(torch, base, merged);
      assertThat(Closeness.relative(1e-2).mismatch(expected, before)).isPresent();
      Closeness.relative(1e-10).check("logits", model.logits(torch, tuned, unmerged), expected);
    }
  }

  /** The gradient of a merged weight, taken apart by the chain rule. */
  @ParameterizedTest
  @MethodSource("methods")
  void gradientsAreThoseOfTheMergedWeightsTakenApart(String name, boolean dora) {
    TinyModel model = TinyModel.of(name);
    Graph tuned = tuned(model, dora);
    Graph full = new FullTuning().apply(model.graph());
    try (Torch torch = Torch.cpu();
        Weights unmerged = model.controlled(torch, tuned);
        Weights merged = model.weights(torch, full)) {
      merge(torch, model, unmerged, merged, dora);
      Map<String, double[]> whole = model.gradients(torch, full, merged, StorePolicy.CHEAP);
      Map<String, double[]> parts = model.gradients(torch, tuned, unmerged, StorePolicy.CHEAP);
      List<String> names =
          dora ? List.of("lora_A", "lora_B", "lora_magnitude_vector") : List.of("lora_A", "lora_B");
      for (String module : modules(model)) {
        Map<String, double[]> expected =
            new Module(unmerged, module, dora).gradients(whole.get(module + ".weight"));
        for (String part : names) {
          String parameter = module + "." + part + ".weight";
          Closeness.relative(1e-10)
              .withFloor(1e-3)
              .check(parameter, parts.get(parameter), expected.get(part));
        }
      }
    }
  }
}
