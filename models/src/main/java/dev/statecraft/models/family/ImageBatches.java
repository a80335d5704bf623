package dev.statecraft.models.family;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.run.Batch;
import dev.statecraft.models.config.VitConfig;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
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
  public static Batch classified(
      Torch torch, VitConfig config, DType type, float[] pixels, int[] classes) {
    int images = classes.length;
    long side = config.imageSize();
    int[] lengths = new int[images];
    Arrays.fill(lengths, config.numPatches() + 1);
    Layout layout = Layout.ofLengths(lengths);
    try (Scope scope = torch.scope()) {
      Tensor values = torch.of(type, pixels, images, config.numChannels(), side, side);
      Tensor labels = torch.ofInts(classes);
      return new Batch(
          layout,
          new Extents(layout.tokens(), images, (long) images * config.numPatches(), 0),
          Map.of(Vit.PIXELS, values.escape(), Vit.LABELS, labels.escape()));
    }
  }
}
