package dev.statecraft.models.image;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.image.Resample;
import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.PixelInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How pictures become a model's pixel values: a {@code preprocessor_config.json}, with the defaults
 * of transformers' {@code ViTImageProcessor} for keys that it lacks.
 *
 * @param source what error messages call the file
 * @param resize how pictures are resized; empty if they are not
 * @param crop what is cut out of the middle then, black where there is no picture; empty if nothing
 * @param rescaleFactor what samples from 0 to 255 are multiplied by; empty if they are not
 * @param normalization mean and standard deviation of what comes of that; empty if it stays so
 */
public record ImageProcessorConfig(
    String source,
    Optional<Resize> resize,
    Optional<Size> crop,
    Optional<Double> rescaleFactor,
    Optional<Normalization> normalization) {
  private static final String FILE = "preprocessor_config.json";
  private static final double RESCALE_FACTOR = 1.0 / 255;
  private static final double MEAN_AND_STD = 0.5;

  /** In the order of Pillow's numbers, which the files use. */
  private static final List<Resample> FILTERS =
      List.of(
          Resample.NEAREST,
          Resample.LANCZOS,
          Resample.BILINEAR,
          Resample.BICUBIC,
          Resample.BOX,
          Resample.HAMMING);

  /** A size in pixels. */
  public record Size(int height, int width) {}

  /**
   * A change of size.
   *
   * @param keepsAspect whether height and width (equal then) are what the shorter edge becomes
   * @param filter how new pixels are made from old ones
   */
  public record Resize(int height, int width, boolean keepsAspect, Resample filter) {}

  /**
   * What is subtracted and divided by.
   *
   * @param mean of each channel, or one for all
   * @param std of each channel, or one for all
   */
  public record Normalization(List<Double> mean, List<Double> std) {
    public Normalization {
      mean = List.copyOf(mean);
      std = List.copyOf(std);
    }
  }

  /**
   * Reads a model folder's {@code preprocessor_config.json}. Where there is none, pictures are
   * resized to the model's size (bilinear), scaled to 0..1 and normalized to -1..1.
   *
   * @throws InvalidInputException if a key is of the wrong type or value; the message names it
   * @throws IOException if the file cannot be read
   */
  public static ImageProcessorConfig read(Path folder, PixelInput model) throws IOException {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return parse("{}", file.toString(), model);
    }
    return parse(
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8), file.toString(), model);
  }

  /**
   * Parses the text of a {@code preprocessor_config.json}.
   *
   * @param source what error messages call it
   * @throws InvalidInputException as {@link #read}
   */
  public static ImageProcessorConfig parse(String json, String source, PixelInput model) {
    ConfigKeys keys = ConfigKeys.parse(json, source);
    Size own = new Size(model.side(), model.side());
    return new ImageProcessorConfig(
        source,
        keys.flag("do_resize", true) ? Optional.of(resize(keys, own)) : Optional.empty(),
        keys.flag("do_center_crop", false)
            ? Optional.of(size(keys, "crop_size").orElse(own))
            : Optional.empty(),
        keys.flag("do_rescale", true)
            ? Optional.of(keys.positiveReal("rescale_factor", RESCALE_FACTOR))
            : Optional.empty(),
        keys.flag("do_normalize", true)
            ? Optional.of(normalization(keys, model.channels()))
            : Optional.empty());
  }

  private static Resize resize(ConfigKeys keys, Size otherwise) {
    Resample filter = filter(keys);
    Optional<ConfigKeys> mapping =
        keys.node().path("size").isObject() ? keys.object("size") : Optional.empty();
    if (mapping.isPresent() && mapping.get().has("shortest_edge")) {
      int edge = mapping.get().positive("shortest_edge");
      mapping
          .get()
          .require(
              !mapping.get().has("longest_edge"),
              "longest_edge",
              "no such key beside shortest_edge");
      return new Resize(edge, edge, true, filter);
    }
    Size size = size(keys, "size").orElse(otherwise);
    return new Resize(size.height(), size.width(), false, filter);
  }

  /** A number for a square, or a mapping of height and width. */
  private static Optional<Size> size(ConfigKeys keys, String key) {
    if (!keys.has(key)) {
      return Optional.empty();
    }
    if (keys.node().get(key).isInt()) {
      int side = keys.positive(key);
      return Optional.of(new Size(side, side));
    }
    ConfigKeys size = keys.object(key).orElseThrow();
    return Optional.of(new Size(size.positive("height"), size.positive("width")));
  }

  private static Resample filter(ConfigKeys keys) {
    if (!keys.has("resample")) {
      return Resample.BILINEAR;
    }
    int number = keys.node().get("resample").asInt(-1);
    keys.require(
        keys.node().get("resample").isInt() && number >= 0 && number < FILTERS.size(),
        "resample",
        "a number of Pillow's filters, 0 to 5");
    return FILTERS.get(number);
  }

  private static Normalization normalization(ConfigKeys keys, int channels) {
    List<Double> mean = keys.reals("image_mean", List.of(MEAN_AND_STD));
    List<Double> std = keys.reals("image_std", List.of(MEAN_AND_STD));
    keys.require(
        mean.size() == 1 || mean.size() == channels,
        "image_mean",
        "a number for each of the model's " + channels + " channels");
    keys.require(
        (std.size() == 1 || std.size() == channels) && std.stream().allMatch(value -> value > 0),
        "image_std",
        "a number above 0 for each of the model's " + channels + " channels");
    return new Normalization(mean, std);
  }

  /**
   * Checks that pictures come out in the size that a model reads.
   *
   * @throws InvalidInputException if they do not
   */
  public void checkFits(int side) {
    Optional<Size> result =
        crop.or(
            () ->
                resize
                    .filter(size -> !size.keepsAspect())
                    .map(size -> new Size(size.height(), size.width())));
    if (result.isPresent() && !result.get().equals(new Size(side, side))) {
      throw new InvalidInputException(
          source
              + ": "
              + (crop.isPresent() ? "crop_size" : "size")
              + ": expected the model's image_size, "
              + side
              + "x"
              + side
              + ", found "
              + result.get().height()
              + "x"
              + result.get().width());
    }
  }

  /**
   * The values that the 256 samples of a channel become, in the order and precision of
   * transformers: the product in float64, then all in float32.
   */
  public float[] values(int channel) {
    double factor = rescaleFactor.orElse(1.0);
    float[] values = new float[256];
    for (int sample = 0; sample < values.length; sample++) {
      values[sample] = (float) (sample * factor);
      if (normalization.isPresent()) {
        float mean = of(normalization.get().mean(), channel);
        values[sample] = (values[sample] - mean) / of(normalization.get().std(), channel);
      }
    }
    return values;
  }

  private static float of(List<Double> channels, int channel) {
    return channels.get(channels.size() == 1 ? 0 : channel).floatValue();
  }
}
