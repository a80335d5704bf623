package dev.statecraft.data;

import java.util.List;

/**
 * The examples that are processed together.
 *
 * @param examples indices into the dataset, in the order in which they are to be stacked
 * @param tokens the sum of their lengths
 * @param longest the length of the longest
 */
public record MicroBatch(List<Integer> examples, long tokens, int longest) {

  /** Copies the indices. */
  public MicroBatch {
    examples = List.copyOf(examples);
  }
}
