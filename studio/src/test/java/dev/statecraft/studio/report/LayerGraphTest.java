package dev.statecraft.studio.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.studio.SampleStacks;
import dev.statecraft.training.Exhibit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LayerGraphTest {
  @Test
  void layersOfTwoStacksAreToldApart() {
    LowRank g = new LowRank(2, 1, false, 0, Initializer.KAIMING);
    Graph graph =
        new StateTuning(
                List.of(
                    ControlEdge.around(BlockName.CROSS_ATTENTION, g),
                    ControlEdge.around(BlockName.MLP, g)),
                LayerSelection.ALL)
            .apply(SampleStacks.graph());
    LayerGraph shown = LayerGraph.of(new Exhibit.TunedGraph(graph, Set.of()));
    assertThat(shown.index()).isEqualTo(3);
    assertThat(shown.alike()).containsExactly(2, 3);
    assertThat(shown.label("decoder.layers.1.cross_attn_sum")).isEqualTo("cross_attn_sum");
    assertThat(shown.label("decoder.layers.0.mlp_sum")).isEqualTo("decoder.layers.0.mlp_sum");
    assertThat(shown.others()).containsOnlyKeys("0 to 1").containsValue("trained edges to mlp_sum");
  }
}
