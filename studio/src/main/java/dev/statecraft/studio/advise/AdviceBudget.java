package dev.statecraft.studio.advise;

import dev.statecraft.base.Units;

/** How many edges are chosen. */
public sealed interface AdviceBudget {
  /** As many as a training step has room for. */
  record Bytes(long bytes) implements AdviceBudget {
    @Override
    public String describe() {
      return "a training step of " + Units.bytes(bytes);
    }
  }

  /** As many as so many trained parameters are enough for, those of a head not counted. */
  record Parameters(long count) implements AdviceBudget {
    @Override
    public String describe() {
      return count + " parameters";
    }
  }

  /** So many. */
  record Edges(int count) implements AdviceBudget {
    @Override
    public String describe() {
      return count == 1 ? "1 edge" : count + " edges";
    }
  }

  /** In words. */
  String describe();
}
