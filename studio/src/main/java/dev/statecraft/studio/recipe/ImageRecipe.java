package dev.statecraft.studio.recipe;

import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageColumns;
import dev.statecraft.data.image.ImageOptions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What image classification has to say about its data.
 *
 * @param columns of a file of rows
 * @param options how image files are read
 * @param augmentation how training changes pictures
 */
public record ImageRecipe(ImageColumns columns, ImageOptions options, Augmentation augmentation) {
  static ImageRecipe read(Section data) {
    return new ImageRecipe(
        data.section("columns").read(ImageRecipe::columns),
        new ImageOptions(
            data.flag("exif_orientation").orElse(Defaults.EXIF_ORIENTATION),
            data.text("on_error").map(ImageOptions.OnError::of).orElse(Defaults.ON_IMAGE_ERROR)),
        data.section("augment").read(ImageRecipe::augmentation));
  }

  private static ImageColumns columns(Section columns) {
    Optional<String> pixels = columns.text("pixels");
    if (pixels.isPresent() && columns.has("image")) {
      throw columns.invalid("image", "either this or pixels");
    }
    return new ImageColumns(
        columns.text("image").orElse(Defaults.IMAGE_COLUMN),
        pixels,
        columns.number("pixel_max").orElse(Defaults.PIXEL_MAX),
        columns.text("label").orElse(Defaults.LABEL_COLUMN));
  }

  private static Augmentation augmentation(Section augment) {
    return new Augmentation(
        augment.flag("flip").orElse(Defaults.FLIP),
        augment.integer("crop_padding").orElse(Defaults.CROP_PADDING));
  }

  void write(Map<String, Object> data) {
    Map<String, Object> names = new LinkedHashMap<>();
    if (columns.pixels().isPresent()) {
      names.put("pixels", columns.pixels().get());
    } else {
      names.put("image", columns.image());
    }
    names.put("pixel_max", columns.pixelMax());
    names.put("label", columns.label());
    data.put("columns", names);
    data.put("exif_orientation", options.exifOrientation());
    data.put("on_error", options.onError().label());
    Map<String, Object> augment = new LinkedHashMap<>();
    augment.put("flip", augmentation.flip());
    augment.put("crop_padding", augmentation.cropPadding());
    data.put("augment", augment);
  }
}
