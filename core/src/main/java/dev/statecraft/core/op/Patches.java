package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * Cuts images into square patches: pixel values {@code [sequences, channels, image, image]} to
 * {@code [patches, channels * patch * patch]}, patches row by row and image after image, the pixels
 * of one patch in the order channel, row, column. A {@link Linear} with a convolution's weight
 * {@code [hidden, channels, patch, patch]}, seen as {@code [hidden, channels * patch * patch]},
 * then equals Conv2d with kernel and stride {@code patch}. It has no gradient. Source: Dosovitskiy
 * et al., "An Image is Worth 16x16 Words" (2020).
 *
 * @param channels of the images
 * @param patch side of a patch in pixels
 * @param image side of an image in pixels, a multiple of {@code patch}
 */
public record Patches(int channels, int patch, int image) implements Op {
  public Patches {
    Expect.positive("channels", channels);
    Expect.positive("patch size", patch);
    if (image <= 0 || image % patch != 0) {
      throw new GraphException(
          "image size: expected a multiple of the patch size " + patch + ", found " + image);
    }
  }

  /** Patches of one image. */
  public int patchesPerImage() {
    return (image / patch) * (image / patch);
  }

  @Override
  public String name() {
    return "patches";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 0);
    State pixels = inputs.get(0);
    Expect.precision(pixels, "pixel values", Precision.COMPUTE);
    Expect.shape(
        pixels,
        "pixel values",
        Shape.of(Axis.SEQUENCES, Dim.of(channels), Dim.of(image), Dim.of(image)));
    return Shape.of(Axis.PATCHES, Dim.of((long) channels * patch * patch));
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public boolean differentiable() {
    return false;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor pixels = context.input(0);
    long images = pixels.size(0);
    long side = image / patch;
    return pixels
        .reshape(images, channels, side, patch, side, patch)
        .permute(0, 2, 4, 1, 3, 5)
        .copy()
        .view(images * side * side, (long) channels * patch * patch);
  }

  /** Does nothing: images have no gradient. */
  @Override
  public void backward(BackwardContext context) {}
}
