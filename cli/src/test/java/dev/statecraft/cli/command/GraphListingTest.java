package dev.statecraft.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.SampleGraph;
import dev.statecraft.studio.SampleStacks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GraphListingTest {
  @Test
  void oneStack() {
    String text = new GraphListing(SampleGraph.graph()).text("sample", false);
    assertThat(text)
        .contains(
            """

            Places of a layer, and its states in the first
              input: embedding
              attention_output: layers.0.q
              middle: layers.0.middle
              mlp_output: layers.0.up
              output: layers.0.output
              targets: q_proj, up_proj
            """,
            "\nLayers 1 to 1 are not listed; --all lists them.\n");
    assertThat(linears(text)).isEqualTo(4);
  }

  @Test
  void theFirstLayerOfEveryStack() {
    GraphListing listing = new GraphListing(SampleStacks.graph());
    assertThat(listing.text("sample", false))
        .contains(
            """

            Places of a layer of the encoder, and its states in the first
              input: x
              attention_output: encoder.layers.0.attn_output
              middle: encoder.layers.0.attn_sum
              mlp_output: encoder.layers.0.mlp_output
              output: encoder.layers.0.mlp_sum
              targets: fc

            Places of a layer of the decoder, and its states in the first
              input: encoder.layers.1.mlp_sum
              attention_output: decoder.layers.0.attn_output
              after_attn: decoder.layers.0.attn_sum
              cross_attention_output: decoder.layers.0.cross_attn_output
              after_cross_attn: decoder.layers.0.cross_attn_sum
              mlp_output: decoder.layers.0.mlp_output
              output: decoder.layers.0.mlp_sum
              targets: fc
            """,
            "\nOther layers are not listed; --all lists them.\n");
    assertThat(linears(listing.text("sample", false))).isEqualTo(2 + 3);
    assertThat(linears(listing.text("sample", true))).isEqualTo(2 * (2 + 3));
    assertThat(listing.text("sample", true)).doesNotContain("not listed");
    List<Object> stacks = new ArrayList<>();
    for (Object layer : (List<?>) listing.toMap().get("layers")) {
      stacks.add(((Map<?, ?>) layer).get("stack"));
    }
    assertThat(stacks).containsExactly("encoder", "encoder", "decoder", "decoder");
  }

  /** Rows of edges that a linear computes. */
  private static int linears(String text) {
    return text.split(" linear ", -1).length - 1;
  }
}
