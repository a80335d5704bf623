package dev.statecraft.core.graph;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One transformer layer: its residual blocks, and its linears. What control edges attach to.
 *
 * <p>States of a layer have names that are the same in all families, <em>places</em>, derived from
 * its blocks: {@code input} enters the first block and {@code output} leaves the last; {@code
 * attention_output}, {@code cross_attention_output} and {@code mlp_output} is what a block adds to
 * the residual stream; the state between two blocks is {@code middle}, and where there are more,
 * {@code after_attn} and so on, by the block before it. {@code before_mlp} and {@code after_mlp}
 * and the like mean the ends of a block in every layer that has it.
 *
 * @param index from 0, over all stacks of a model: its place in {@link Graph#layers()}
 * @param stack which of a model's stacks it is of ({@code encoder}, {@code decoder}); empty where a
 *     model is one stack
 * @param blocks in the order of computation, at least one
 * @param projections linear edges by their short name ({@code q_proj}, {@code query}...): name of
 *     the state each computes
 * @param module the layer's module in the Hugging Face model, such as {@code model.layers.3}
 */
public record Layer(
    int index, String stack, List<Block> blocks, Map<String, String> projections, String module) {
  /** The places of layers of attention and MLP. */
  public static final List<String> USUAL_PLACES =
      List.of("input", "middle", "output", "attention_output", "mlp_output");

  /** Places that only some layers have. */
  private static final Set<String> FURTHER_PLACES = Set.of("cross_attention_output");

  private static final String BEFORE = "before_";
  private static final String AFTER = "after_";

  public Layer {
    blocks = List.copyOf(blocks);
    projections = Map.copyOf(projections);
    if (blocks.isEmpty() || blocks.stream().map(Block::name).distinct().count() != blocks.size()) {
      throw new GraphException(
          "layer " + index + ": expected blocks, each of another name, found " + blocks);
    }
  }

  /** A layer of a model that is one stack. */
  public Layer(int index, List<Block> blocks, Map<String, String> projections, String module) {
    this(index, "", blocks, projections, module);
  }

  /** Name of the state that enters the layer. */
  public String input() {
    return blocks.get(0).input();
  }

  /** Name of the state that leaves the layer. */
  public String output() {
    return blocks.get(blocks.size() - 1).output();
  }

  /** A block by its name, if the layer has it. */
  public Optional<Block> block(String name) {
    return blocks.stream().filter(block -> block.name().equals(name)).findFirst();
  }

  /** Whether a word is one for a place; not every layer has all. */
  public static boolean isPlace(String word) {
    boolean ofBlock = word.startsWith(BEFORE) || word.startsWith(AFTER);
    return USUAL_PLACES.contains(word)
        || FURTHER_PLACES.contains(word)
        || (ofBlock && word.indexOf('.') < 0);
  }

  /** The state that a place means here: its name, or empty if the layer has no such place. */
  public Optional<String> place(String word) {
    if (word.startsWith(BEFORE)) {
      return block(word.substring(BEFORE.length())).map(Block::input);
    }
    if (word.startsWith(AFTER)) {
      return block(word.substring(AFTER.length())).map(Block::output);
    }
    return Optional.ofNullable(places().get(word));
  }

  /** The names of states by their places, from the layer's input to its output. */
  public Map<String, String> places() {
    Map<String, String> places = new LinkedHashMap<>();
    places.put("input", input());
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      places.put(Block.deltaPlace(block.name()), block.delta());
      if (i < blocks.size() - 1) {
        places.put(blocks.size() == 2 ? "middle" : AFTER + block.name(), block.output());
      }
    }
    places.put("output", output());
    return places;
  }

  /** Names of all states that blocks and projections mention. */
  Set<String> states() {
    return Stream.concat(
            blocks.stream().flatMap(b -> Stream.of(b.input(), b.output(), b.delta())),
            projections.values().stream())
        .collect(Collectors.toSet());
  }
}
