package dev.statecraft.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.SmallModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.AttentionRule;
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

  /** A window's work grows with the text, not with its square. */
  @Test
  void attentionWithinAWindowCountsTheWindow() {
    assertThat(attention(true, 0, 1000)).isEqualTo(4.0 * 1000 * 1000 * 8);
    assertThat(attention(true, 100, 1000)).isEqualTo(4.0 * 1000 * 100 * 8);
    assertThat(attention(false, 100, 1000)).isEqualTo(4.0 * 1000 * 199 * 8);
    assertThat(attention(true, 100, 60)).isEqualTo(4.0 * 60 * 60 * 8);
  }

  private static double attention(boolean causal, int window, int tokens) {
    GraphBuilder graph = new GraphBuilder();
    State x = graph.input("x", Shape.tokens(8), Precision.COMPUTE);
    AttentionRule rule = AttentionRule.of(causal, 4).withWindow(window);
    graph.edge("y", new Attention("y", 2, 2, 4, rule, false), List.of(x, x, x));
    return Flops.of(
        StatePlan.inference(graph.build(), Set.of("y")), Extents.of(Layout.ofLengths(tokens)));
  }
}
