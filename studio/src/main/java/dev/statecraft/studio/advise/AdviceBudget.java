package dev.statecraft.studio.advise;

import dev.statecraft.base.Units;
import dev.statecraft.base.UsageException;
import java.util.Map;

/** How many edges are chosen. */
public sealed interface AdviceBudget {
  /** As many as a training step has room for. */
  record Bytes(long bytes) implements AdviceBudget {
    @Override
    public String describe() {
      return "a training step of " + Units.bytes(bytes);
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("bytes", bytes);
    }
  }

  /**
   * As many as so many trained parameters are enough for, those of a head not counted.
   *
   * @param count 1 or more
   */
  record Parameters(long count) implements AdviceBudget {
    public Parameters {
      if (count < 1) {
        throw new UsageException("parameters: expected 1 or more, found " + count);
      }
    }

    @Override
    public String describe() {
      return Units.count(count) + (count == 1 ? " parameter" : " parameters");
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("parameters", count);
    }
  }

  /**
   * So many.
   *
   * @param count 1 or more
   */
  record Edges(int count) implements AdviceBudget {
    public Edges {
      if (count < 1) {
        throw new UsageException("edges: expected 1 or more, found " + count);
      }
    }

    @Override
    public String describe() {
      return count == 1 ? "1 edge" : count + " edges";
    }

    @Override
    public Map<String, Object> toMap() {
      return Map.of("edges", count);
    }
  }

  /** In words. */
  String describe();

  /** As JSON has it: what is counted, and how much of it there may be. */
  Map<String, Object> toMap();
}
