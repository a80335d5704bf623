package dev.statecraft.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlopsTest {
  private static double inference(Tuning tuning, Extents extents) {
    return Flops.of(
        StatePlan.inference(tuning.apply(SmallModel.graph()), Set.of("logits")), extents);
  }

  /** Of matrices that linears of several widths share, each multiplies with its part. */
  @Test
  void sharedMatricesCountAsOnesOfTheirOwn() {
    List<String> targets = List.of("gate", "down");
    try (Torch torch = Torch.cpu();
        Batch batch = SmallModel.batch(torch, DType.FLOAT32)) {
      double own = inference(new Lora(2, 4, 0, targets, LayerSelection.ALL), batch.extents());
      double shared =
          inference(new Vera(2, 0.1, 0, 0, targets, LayerSelection.ALL), batch.extents());
      assertThat(shared).isEqualTo(own);
      assertThat(inference(graph -> graph, batch.extents())).isLessThan(own);
    }
  }
}
