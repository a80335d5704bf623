package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;

/** The residual blocks of a layer that control can go around. */
public enum Block {
  ATTENTION("attn", Place.INPUT, Place.MIDDLE),
  MLP("mlp", Place.MIDDLE, Place.OUTPUT),
  /** The whole layer. */
  FULL("block", Place.INPUT, Place.OUTPUT);

  private final String label;
  private final Place from;
  private final Place to;

  Block(String label, Place from, Place to) {
    this.label = label;
    this.from = from;
    this.to = to;
  }

  /** Short name, in parameter names and recipes. */
  public String label() {
    return label;
  }

  Place from() {
    return from;
  }

  Place to() {
    return to;
  }

  /**
   * Finds a block by its short name.
   *
   * @throws UsageException if there is none
   */
  public static Block of(String label) {
    for (Block block : values()) {
      if (block.label.equals(label)) {
        return block;
      }
    }
    throw new UsageException("blocks: expected attn, mlp or block, found '" + label + "'");
  }
}
