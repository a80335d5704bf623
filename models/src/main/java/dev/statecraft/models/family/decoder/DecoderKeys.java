package dev.statecraft.models.family.decoder;

import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.config.rope.RopeKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Reads what decoders' {@code config.json} files have in common.
 *
 * @param keys of the file
 */
public record DecoderKeys(ConfigKeys keys) {
  private static final String HEADS = "num_attention_heads";
  private static final String KEY_VALUE_HEADS = "num_key_value_heads";
  private static final String HEAD_DIM = "head_dim";
  private static final String SLIDING = "sliding_attention";
  private static final String FULL = "full_attention";
  private static final String WINDOW = "sliding_window";

  /** Sizes of a family whose head size follows from the hidden size where it is not given. */
  public DecoderSizes sizes() {
    return sizes(0, 0);
  }

  /**
   * Sizes.
   *
   * @param keyValueHeads where the file has no such key; 0 for as many as query heads
   * @param headDim where the file does not say; 0 for {@code hidden_size / num_attention_heads}
   */
  public DecoderSizes sizes(int keyValueHeads, int headDim) {
    return checked(
        new DecoderSizes(
            keys.positive("vocab_size"),
            keys.positive("hidden_size"),
            keys.positive("intermediate_size"),
            keys.positive("num_hidden_layers"),
            keys.positive(HEADS),
            keyValueHeads(keyValueHeads),
            headDim(headDim),
            keys.positive("max_position_embeddings")));
  }

  /** Refuses key-value heads that query heads cannot share evenly, and heads that cannot turn. */
  public DecoderSizes checked(DecoderSizes sizes) {
    keys.require(
        sizes.numAttentionHeads() % sizes.numKeyValueHeads() == 0,
        KEY_VALUE_HEADS,
        "a divisor of num_attention_heads (" + sizes.numAttentionHeads() + ")");
    keys.require(
        sizes.headDim() % 2 == 0,
        keys.has(HEAD_DIM) ? HEAD_DIM : "hidden_size",
        "an even head size");
    return sizes;
  }

  private int keyValueHeads(int absent) {
    boolean named = keys.node().has(KEY_VALUE_HEADS);
    return keys.positive(KEY_VALUE_HEADS, named || absent == 0 ? keys.positive(HEADS) : absent);
  }

  private int headDim(int absent) {
    if (keys.has(HEAD_DIM) || absent > 0) {
      return keys.positive(HEAD_DIM, absent);
    }
    int hidden = keys.positive("hidden_size");
    int heads = keys.positive(HEADS);
    keys.require(
        hidden % heads == 0, "hidden_size", "a multiple of num_attention_heads (" + heads + ")");
    return hidden / heads;
  }

  /** Rotary positions of whole heads, with the base that files without one mean. */
  public RopeConfig rope(DecoderSizes sizes) {
    return rope(sizes, 10_000).whole();
  }

  /** Reads rotary positions. */
  public RopeKeys rope(DecoderSizes sizes, double theta) {
    int context = sizes.maxPositionEmbeddings();
    return new RopeKeys(keys, theta, context, context, sizes.headDim());
  }

  /** {@code sliding_window}, or 0 for none. */
  public int window(int absent) {
    return keys.node().has(WINDOW) ? keys.positive(WINDOW, 0) : absent;
  }

  /**
   * Kinds of layers of which some see a window, by {@code layer_types}.
   *
   * @param kind of layers that see all
   * @param window of the others
   * @param usual which layers those are where the file does not say
   */
  public List<LayerKind> windowed(
      DecoderSizes sizes, LayerKind kind, int window, IntPredicate usual) {
    return slides(sizes, usual).stream()
        .map(slides -> slides ? kind.within(window) : kind)
        .toList();
  }

  /** Of each layer, whether it sees a window, by {@code layer_types}. */
  public List<Boolean> slides(DecoderSizes sizes, IntPredicate usual) {
    int layers = sizes.numHiddenLayers();
    List<String> types = keys.texts("layer_types");
    if (types.isEmpty()) {
      return IntStream.range(0, layers).mapToObj(usual::test).toList();
    }
    keys.require(
        types.size() == layers, "layer_types", "one for each of the " + layers + " layers");
    List<Boolean> slides = new ArrayList<>();
    for (String type : types) {
      if (!type.equals(SLIDING) && !type.equals(FULL)) {
        throw keys.invalid("layer_types", FULL + " or " + SLIDING, "\"" + type + "\"");
      }
      slides.add(type.equals(SLIDING));
    }
    return slides;
  }

  /** Refuses another activation than SwiGLU's. */
  public void requireSilu() {
    keys.requireText("hidden_act", "silu");
  }
}
