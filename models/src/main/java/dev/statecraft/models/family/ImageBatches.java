package dev.statecraft.models.family;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.VitConfig;
import java.util.HashMap;
import java.util.Map;

/** Images as the inputs of {@link Vit} graphs. */
public final class ImageBatches {
  private ImageBatches() {}

  /**
   * Images with the index of a class each.
   *
   * @param pixels {@code [images, channels, height, width]}, row-major
   * @throws IllegalArgumentException if the numbers of pixels and classes do not fit the model
   */
  public static HostBatch classified(VitConfig config, float[] pixels, int[] classes) {
    return batch(
        config, pixels, classes.length, Map.of(Vit.LABELS, HostBatch.Value.indices(classes)));
  }

  /**
   * Images without labels, for inference.
   *
   * @param pixels {@code [images, channels, height, width]}, row-major
   * @throws IllegalArgumentException if the number of pixels does not fit the model
   */
  public static HostBatch unlabelled(VitConfig config, float[] pixels, int images) {
    return batch(config, pixels, images, Map.of());
  }

  private static HostBatch batch(
      VitConfig config, float[] pixels, int images, Map<String, HostBatch.Value> labels) {
    long side = config.imageSize();
    long expected = side * side * config.numChannels() * images;
    if (pixels.length != expected) {
      throw new IllegalArgumentException(
          "expected " + expected + " pixels for " + images + " images, found " + pixels.length);
    }
    Extents extents =
        Extents.of(Layout.even(images, config.numPatches() + 1))
            .with(Axis.PATCHES, Layout.even(images, config.numPatches()));
    Map<String, HostBatch.Value> values = new HashMap<>(labels);
    values.put(
        Vit.PIXELS, HostBatch.Value.features(pixels, images, config.numChannels(), side, side));
    return new HostBatch(extents, values);
  }
}
