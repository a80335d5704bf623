package dev.statecraft.models.family;

import dev.statecraft.core.run.HostBatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a backbone reads pictures.
 *
 * @param side height and width in pixels
 * @param channels colours
 * @param patches that a picture is cut into; there is one token more, the class token
 */
public record PixelInput(int side, int channels, int patches) implements ModelInput {
  /** Values of a picture. */
  public int size() {
    return channels * side * side;
  }

  /** Tokens of a picture. */
  public int length() {
    return patches + 1;
  }

  @Override
  public Optional<PixelInput> pixels() {
    return Optional.of(this);
  }

  @Override
  public HostBatch sample(List<Integer> lengths, Map<String, HostBatch.Value> labels) {
    int images = lengths.size();
    return ImageBatches.labelled(this, new float[images * size()], images, labels);
  }
}
