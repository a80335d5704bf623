package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Block;
import java.util.List;

/**
 * A residual block of a layer that control can go around, by its short name: that of a {@link
 * Block}, or {@code block} for the whole layer. Which of them a model has is seen when a tuning is
 * applied to its graph.
 *
 * @param label in parameter names and recipes
 */
public record BlockName(String label) {
  public static final BlockName ATTENTION = new BlockName(Block.ATTENTION);
  public static final BlockName CROSS_ATTENTION = new BlockName(Block.CROSS_ATTENTION);
  public static final BlockName MLP = new BlockName(Block.MLP);

  /** The whole layer. */
  public static final BlockName FULL = new BlockName("block");

  /** Those that recipes name: of the families that can be tuned by one. */
  public static final List<BlockName> IN_RECIPES = List.of(ATTENTION, MLP, FULL);

  /**
   * Finds a block that recipes name by its short name.
   *
   * @throws UsageException if there is none
   */
  public static BlockName of(String label) {
    return IN_RECIPES.stream()
        .filter(block -> block.label.equals(label))
        .findFirst()
        .orElseThrow(
            () -> new UsageException("blocks: expected attn, mlp or block, found '" + label + "'"));
  }

  /**
   * The place where it begins. Blocks of layers of attention and MLP are told by the places of such
   * a layer, as adapters have them in their files.
   */
  String from() {
    if (equals(ATTENTION) || equals(FULL)) {
      return "input";
    }
    return equals(MLP) ? "middle" : "before_" + label;
  }

  /** The place where it ends. */
  String to() {
    if (equals(MLP) || equals(FULL)) {
      return "output";
    }
    return equals(ATTENTION) ? "middle" : "after_" + label;
  }

  /** The place of what it adds to the residual stream. */
  String delta() {
    return Block.deltaPlace(label);
  }
}
