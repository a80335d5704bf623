package dev.statecraft.core.graph;

import java.util.Set;
import java.util.TreeSet;

/**
 * What a backward reads of its forward.
 *
 * @param inputs indices of the input states it reads
 * @param output whether it reads the output state
 */
public record Reads(Set<Integer> inputs, boolean output) {
  public static final Reads NOTHING = new Reads(Set.of(), false);
  public static final Reads OUTPUT = new Reads(Set.of(), true);

  public Reads {
    inputs = Set.copyOf(inputs);
  }

  public static Reads inputs(Integer... indices) {
    return new Reads(Set.of(indices), false);
  }

  /** These reads and input {@code index} if {@code condition} holds. */
  public Reads andInput(int index, boolean condition) {
    if (!condition) {
      return this;
    }
    Set<Integer> more = new TreeSet<>(inputs);
    more.add(index);
    return new Reads(more, output);
  }

  public Reads andOutput(boolean condition) {
    return new Reads(inputs, output || condition);
  }
}
