package dev.statecraft.models.image;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.image.ImageHeader;
import dev.statecraft.data.image.Picture;
import dev.statecraft.data.image.PictureSource;
import dev.statecraft.data.image.Resizing;
import dev.statecraft.models.family.PixelInput;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Turns pictures into what a vision transformer reads, as transformers' image processors do:
 * resize, crop the middle, rescale, normalize.
 *
 * <p>Pictures are resized in 8 bits, so there are but 256 values for each channel: they come from a
 * table.
 */
public final class ImagePreprocessor {
  private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

  private final ImageProcessorConfig config;
  private final PixelInput model;
  private final int side;
  private final float[][] values;

  /**
   * Joins what the model's folder says about pictures with what its graph expects.
   *
   * @throws InvalidInputException if the two do not fit; the message names the key
   */
  public ImagePreprocessor(ImageProcessorConfig config, PixelInput model) {
    this.config = config;
    this.model = model;
    side = model.side();
    int channels = model.channels();
    if (channels != 1 && channels != 3) {
      throw new InvalidInputException(
          config.source() + ": expected a model of 1 or 3 channels, found " + channels);
    }
    config.checkFits(side);
    values = new float[channels][];
    for (int c = 0; c < channels; c++) {
      values[c] = config.values(c);
    }
  }

  /** How the model reads what comes of pictures. */
  public PixelInput input() {
    return model;
  }

  /** Values of an image, {@code channels * side * side}. */
  public int size() {
    return values.length * side * side;
  }

  /**
   * Pictures as the model reads them, fetched and prepared on all processors.
   *
   * @return {@code [pictures, channels, height, width]}, row-major
   * @throws InvalidInputException if one cannot be fetched, or comes out in another size than the
   *     model reads because the model's folder has pictures not resized
   */
  public float[] pixels(List<PictureSource> pictures) {
    long values = (long) pictures.size() * size();
    if (values > MOST_VALUES) {
      throw new InvalidInputException(
          config.source()
              + ": expected fewer than 2^31 values in a batch, found "
              + pictures.size()
              + " pictures of "
              + size()
              + "; a smaller micro_batch has fewer");
    }
    float[] pixels = new float[(int) values];
    IntStream.range(0, pictures.size())
        .parallel()
        .forEach(i -> write(pictures.get(i), pixels, i * size()));
    return pixels;
  }

  private void write(PictureSource source, float[] target, int offset) {
    int channels = values.length;
    Picture fitted = cropped(resized(source.fetch().withChannels(channels), source.name()));
    if (fitted.width() != side || fitted.height() != side) {
      throw new InvalidInputException(
          config.source()
              + ": the model reads images of "
              + side
              + "x"
              + side
              + ", found "
              + source.name()
              + " of "
              + fitted.width()
              + "x"
              + fitted.height());
    }
    byte[] samples = fitted.samples();
    for (int c = 0; c < channels; c++) {
      float[] table = values[c];
      int start = offset + c * side * side;
      for (int i = 0; i < side * side; i++) {
        target[start + i] = table[samples[i * channels + c] & 0xFF];
      }
    }
  }

  private Picture resized(Picture picture, String name) {
    if (config.resize().isEmpty()) {
      return picture;
    }
    ImageProcessorConfig.Resize resize = config.resize().get();
    long height = resize.height();
    long width = resize.width();
    if (resize.keepsAspect()) {
      int shortest = Math.min(picture.width(), picture.height());
      height = height * picture.height() / shortest;
      width = width * picture.width() / shortest;
    }
    // Between the two, rows have their new width and columns their old height.
    if (Math.max(height, picture.height()) * width > ImageHeader.MAX_PIXELS) {
      throw new InvalidInputException(
          name
              + ": expected a picture of up to "
              + ImageHeader.MAX_PIXELS
              + " pixels when it is resized, found one of "
              + picture.width()
              + "x"
              + picture.height()
              + " that becomes "
              + width
              + "x"
              + height);
    }
    return Resizing.resize(picture, (int) width, (int) height, resize.filter());
  }

  private Picture cropped(Picture picture) {
    if (config.crop().isEmpty()) {
      return picture;
    }
    int height = config.crop().get().height();
    int width = config.crop().get().width();
    return picture.window(
        Math.floorDiv(picture.width() - width, 2),
        Math.floorDiv(picture.height() - height, 2),
        width,
        height);
  }
}
