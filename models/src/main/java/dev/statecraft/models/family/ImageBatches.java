package dev.statecraft.models.family;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.run.HostBatch;
import java.util.HashMap;
import java.util.Map;

/** Images as the inputs of graphs that read them. */
public final class ImageBatches {
  private ImageBatches() {}

  /**
   * Images with the index of a class each.
   *
   * @param pixels {@code [images, channels, height, width]}, row-major
   * @throws IllegalArgumentException if the numbers of pixels and classes do not fit the model
   */
  public static HostBatch classified(PixelInput input, float[] pixels, int[] classes) {
    return labelled(
        input, pixels, classes.length, Map.of(InputNames.LABELS, HostBatch.Value.indices(classes)));
  }

  /**
   * Images without labels, for inference.
   *
   * @param pixels {@code [images, channels, height, width]}, row-major
   * @throws IllegalArgumentException if the number of pixels does not fit the model
   */
  public static HostBatch unlabelled(PixelInput input, float[] pixels, int images) {
    return labelled(input, pixels, images, Map.of());
  }

  static HostBatch labelled(
      PixelInput input, float[] pixels, int images, Map<String, HostBatch.Value> labels) {
    long side = input.side();
    long expected = side * side * input.channels() * images;
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "expected " + expected + " pixels for " + images + " images, found " + pixels.length);
    }
    Extents extents =
        Extents.of(Layout.even(images, input.length()))
            .with(Axis.PATCHES, Layout.even(images, input.patches()));
    Map<String, HostBatch.Value> values = new HashMap<>(labels);
    values.put(
        InputNames.PIXELS, HostBatch.Value.features(pixels, images, input.channels(), side, side));
    return new HostBatch(extents, values);
  }
}
