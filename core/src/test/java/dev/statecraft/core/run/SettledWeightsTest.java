package dev.statecraft.core.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SettledWeightsTest {
  private final Torch torch = Torch.cpu();
  private final Graph lora =
      new Lora(2, 4, 0, List.of("gate", "up"), LayerSelection.ALL).apply(SmallModel.graph());
  private final Graph dora =
      new Dora(2, 4, 0, List.of("gate", "up"), LayerSelection.ALL).apply(SmallModel.graph());

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  /** None of the trained values at zero, and DoRA's norms those of the weights. */
  private Weights weights(Graph graph) {
    Weights weights = Weights.random(torch, graph, DType.FLOAT64, 1);
    try (Generator generator = torch.generator(2);
        Tensor noise = torch.normal(generator, DType.FLOAT64, 0, 0.5, weights.trainableCount())) {
      weights.flatValues().addInPlace(noise);
    }
    return weights;
  }

  private double[] logits(Graph graph, Weights weights) {
    try (Batch batch = SmallModel.batch(torch);
        Pass pass =
            Pass.run(
                StatePlan.inference(graph, Set.of("logits")),
                weights,
                batch,
                PassOptions.INFERENCE)) {
      return pass.value("logits").toDoubles();
    }
  }

  @Test
  void gradientsAreGivenBack() {
    try (Weights weights = weights(lora)) {
      long trained = weights.trainableCount();
      long frozen = weights.frozenBytes();
      long before = torch.liveBytes();
      assertThat(weights.settle()).isSameAs(weights);
      assertThat(before - torch.liveBytes()).isEqualTo(8 * trained);
      assertThat(weights.trainableCount()).isEqualTo(trained);
      assertThat(weights.frozenBytes()).isEqualTo(frozen);
      Parameter parameter = weights.trained().get(0);
      assertThatThrownBy(() -> weights.gradient(parameter.name()))
          .isInstanceOf(IllegalArgumentException.class);
      weights.settle(); // Nothing more to give back.
    }
  }

  /** What is kept is made by the first pass, and all passes see it. */
  @Test
  void passesLeaveWhatTheyKeepOnce() {
    for (Graph graph : List.of(lora, dora)) {
      try (Weights weights = weights(graph)) {
        double[] expected = logits(graph, weights);
        long loose = torch.liveTensors();
        logits(graph, weights);
        assertThat(torch.liveTensors()).as("nothing is kept yet").isEqualTo(loose);
        weights.settle();
        Closeness.relative(1e-12).check("first", logits(graph, weights), expected);
        long kept = torch.liveTensors();
        Closeness.relative(1e-12).check("second", logits(graph, weights), expected);
        assertThat(torch.liveTensors()).isEqualTo(kept);
      }
    }
  }

  /** Weights in training are evaluated between steps: each pass has to see what they are now. */
  @Test
  void valuesThatAreNotFinalAreSeenAsTheyChange() {
    for (Graph graph : List.of(lora, dora)) {
      try (Weights weights = weights(graph)) {
        double[] before = logits(graph, weights);
        change(weights);
        double[] after = logits(graph, weights);
        assertThat(Closeness.relative(1e-3).mismatch(after, before)).isPresent();
        try (Weights anew = weights(graph)) {
          change(anew);
          Closeness.relative(1e-12).check("changed", logits(graph, anew.settle()), after);
        }
      }
    }
  }

  private static void change(Weights weights) {
    weights.flatValues().mulInPlace(1.25);
  }
}
