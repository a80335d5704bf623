package dev.statecraft.training.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.ParameterTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** However A and B start, the model is the one that is tuned. */
class LoraStartsTest {
  private static final TinyModel MODEL = TinyModel.of("llama-tiny");
  private static final List<String> TARGETS =
      List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");

  private static Graph tuned(Tuning tuning) {
    return tuning.apply(MODEL.graph());
  }

  private static Graph lora(LoraStart start) {
    return tuned(new Lora(4, 6, 0, false, TARGETS, LayerSelection.ALL, start));
  }

  @ParameterizedTest
  @EnumSource
  void aFreshlyTunedModelIsItsBase(LoraStart start) {
    Graph dora = tuned(new Dora(4, 6, 0, TARGETS, LayerSelection.ALL, start));
    try (Torch torch = Torch.cpu()) {
      try (Weights base = MODEL.weights(torch, MODEL.graph())) {
        double[] expected = MODEL.logits(torch, MODEL.graph(), base);
        for (Graph graph : List.of(lora(start), dora)) {
          try (Weights weights = MODEL.weights(torch, graph)) {
            Closeness.relative(1e-12)
                .check(start.label(), MODEL.logits(torch, graph, weights), expected);
          }
        }
      }
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();
    }
  }

  /** A trained weight is saved as it is, and would be taken apart once more when it is loaded. */
  @ParameterizedTest
  @EnumSource(names = {"PISSA", "OLORA"})
  void aWeightThatIsTrainedIsNotTakenApart(LoraStart start) {
    String weight = FactorPair.of(lora(start)).get(0).weight();
    Graph graph =
        tuned(
            Tuning.all(
                List.of(
                    new Lora(4, 6, 0, false, TARGETS, LayerSelection.ALL, start),
                    new ParameterTuning(Set.of(weight)))));
    try (Torch torch = Torch.cpu()) {
      assertThatThrownBy(() -> MODEL.weights(torch, graph))
          .isInstanceOf(UsageException.class)
          .hasMessageContaining("expected a frozen weight", weight);
    }
  }

  /** What is left of a weight is rounded once, to the type in which it is held. */
  @ParameterizedTest
  @CsvSource({
    "PISSA, FLOAT32, 3e-7",
    "PISSA, BFLOAT16, 4e-3",
    "OLORA, FLOAT32, 3e-7",
    "OLORA, BFLOAT16, 4e-3"
  })
  void theRestAndTheUpdateAreTheWeight(LoraStart start, DType type, double rounding) {
    Graph graph = lora(start);
    try (Torch torch = Torch.cpu();
        Scope scope = torch.scope();
        Weights base = MODEL.weights(torch, MODEL.graph(), DType.FLOAT64, 5);
        Weights weights = MODEL.weights(torch, graph, type, 5)) {
      List<FactorPair> pairs = FactorPair.of(graph);
      assertThat(pairs).hasSize(TARGETS.size() * graph.layers().size());
      for (FactorPair pair : pairs) {
        Tensor sum = weights.value(pair.weight()).copyTo(DType.FLOAT64);
        double rest = sum.norm();
        Tensor a = weights.value(pair.a().name()).copyTo(DType.FLOAT64);
        Tensor b = weights.value(pair.b().name()).copyTo(DType.FLOAT64);
        sum.addmmInPlace(b, a, 1, pair.scale());
        Tensor whole = base.value(pair.weight());
        assertThat(sum.sub(whole).norm())
            .as(pair.weight())
            .isLessThan(rounding * rest)
            .isLessThan(1e-2 * whole.norm());
        assertThat(rest).as("something is taken off").isLessThan(0.95 * whole.norm());
      }
    }
  }

  /** Each linear draws numbers of its own, which depend on the seed alone. */
  @Test
  void orthogonalStartsAreDrawn() {
    Graph graph = lora(LoraStart.ORTHOGONAL);
    try (Torch torch = Torch.cpu();
        Weights one = MODEL.weights(torch, graph, DType.FLOAT32, 1);
        Weights same = MODEL.weights(torch, graph, DType.FLOAT32, 1);
        Weights other = MODEL.weights(torch, graph, DType.FLOAT32, 2)) {
      assertThat(same.flatValues().toFloats()).isEqualTo(one.flatValues().toFloats());
      List<FactorPair> pairs = FactorPair.of(graph);
      for (FactorPair pair : pairs) {
        float[] a = one.value(pair.a().name()).toFloats();
        assertThat(other.value(pair.a().name()).toFloats()).isNotEqualTo(a);
        assertThat(one.value(pair.b().name()).norm()).isPositive();
        assertThat(pairs.stream().filter(p -> !p.equals(pair)))
            .allSatisfy(p -> assertThat(one.value(p.a().name()).toFloats()).isNotEqualTo(a));
      }
    }
  }
}
