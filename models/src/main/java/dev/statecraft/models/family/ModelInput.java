package dev.statecraft.models.family;

import dev.statecraft.core.run.HostBatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a backbone reads. */
public interface ModelInput {
  /** How it reads texts, if it does. */
  default Optional<TokenInput> tokens() {
    return Optional.empty();
  }

  /** How it reads pictures, if it does. */
  default Optional<PixelInput> pixels() {
    return Optional.empty();
  }

  /**
   * A batch to measure a step with, whose values mean nothing.
   *
   * @param lengths tokens of each sequence; pictures have as many as they have
   * @param labels that come with it, by state
   */
  HostBatch sample(List<Integer> lengths, Map<String, HostBatch.Value> labels);
}
