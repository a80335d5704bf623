package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Places are derived from blocks. */
class LayerTest {
  private static final Block ATTN = new Block("attn", "x", "m", "a");
  private static final Block CROSS = new Block("cross_attn", "m", "n", "c");

  private static Layer layer(Block... blocks) {
    return new Layer(0, List.of(blocks), Map.of(), "layers.0");
  }

  @Test
  void attentionAndMlp() {
    Layer layer = layer(ATTN, new Block("mlp", "m", "y", "d"));
    assertThat(layer.places().keySet()).containsExactlyInAnyOrderElementsOf(Layer.USUAL_PLACES);
    assertThat(layer.places().toString())
        .isEqualTo("{input=x, attention_output=a, middle=m, mlp_output=d, output=y}");
    assertThat(layer.place("before_mlp")).contains("m");
    assertThat(layer.place("after_attn")).contains("m");
    assertThat(layer.place("after_cross_attn")).isEmpty();
    assertThat(layer.place("cross_attention_output")).isEmpty();
  }

  @Test
  void moreBlocksHaveNoMiddle() {
    Layer layer = layer(ATTN, CROSS, new Block("mlp", "n", "y", "d"));
    assertThat(layer.places().toString())
        .isEqualTo(
            "{input=x, attention_output=a, after_attn=m, cross_attention_output=c,"
                + " after_cross_attn=n, mlp_output=d, output=y}");
    assertThat(layer.place("middle")).isEmpty();
    assertThat(layer.places().keySet()).allMatch(Layer::isPlace);
  }

  @Test
  void oneBlock() {
    assertThat(layer(new Block("mlp", "x", "y", "d")).places().toString())
        .isEqualTo("{input=x, mlp_output=d, output=y}");
  }

  @Test
  void blocksHaveNamesOfTheirOwn() {
    assertThatThrownBy(() -> layer(ATTN, ATTN))
        .isInstanceOf(GraphException.class)
        .hasMessageStartingWith("layer 0: expected blocks, each of another name, found [Block[");
    assertThatThrownBy(() -> layer()).isInstanceOf(GraphException.class);
  }

  @Test
  void namesOfStatesAreNoPlaces() {
    assertThat(List.of("layers.0.output", "embeddings", "before_layers.0", "pooled_output"))
        .noneMatch(Layer::isPlace);
  }
}
