package dev.statecraft.studio.recipe;

import dev.statecraft.data.image.ImageOptions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The keys of {@code data} that only image classification has. */
final class ImageKeys {
  private ImageKeys() {}

  static List<Option> all() {
    return Stream.of(
            Option.of(
                "data.columns",
                Kind.mapping(),
                Otherwise.words("its defaults"),
                "Which columns of a file of rows are image and label."),
            Option.of(
                "data.columns.image",
                Kind.text("a column", "file_name"),
                Otherwise.value(Defaults.IMAGE_COLUMN),
                "The column of paths of image files (PNG, JPEG, WebP, GIF, BMP, TIFF), relative to"
                    + " the data file's folder."),
            Option.of(
                "data.columns.pixels",
                Kind.text("the beginning of names of columns", "pixel"),
                Otherwise.words("images are files"),
                "Rows that hold a square grey image each: what the names of its columns begin with;"
                    + " a number follows, row by row."),
            Option.of(
                "data.columns.pixel_max",
                Kind.number("a number above 0", Map.of("exclusiveMinimum", 0), 16),
                Otherwise.value(Defaults.PIXEL_MAX),
                "The value of white in columns of pixels."),
            Option.of(
                "data.columns.label",
                Kind.text("a column", "class"),
                Otherwise.value(Defaults.LABEL_COLUMN),
                "The column of labels."),
            Option.of(
                "data.exif_orientation",
                Kind.flag(),
                Otherwise.value(Defaults.EXIF_ORIENTATION),
                "Turn images as the EXIF data of their files say, so that they are upright."),
            Option.of(
                "data.on_error",
                Kind.choice(ImageOptions.OnError.labels()),
                Otherwise.value(Defaults.ON_IMAGE_ERROR.label()),
                "What becomes of image files that cannot be read: they end the run before it"
                    + " begins, or are left out and counted, for which all are decoded once."),
            Option.of(
                "data.augment",
                Kind.mapping(),
                Otherwise.nothing(),
                "How training changes images by chance, drawn by seed, epoch and example."),
            Option.of(
                "data.augment.flip",
                Kind.flag(),
                Otherwise.value(Defaults.FLIP),
                "Mirror half of the images left to right."),
            Option.of(
                "data.augment.crop_padding",
                Kind.wholeNumber(0, 4),
                Otherwise.value(Defaults.CROP_PADDING),
                "Shift images by up to so many pixels of theirs, black where nothing is left."))
        .map(option -> option.tasks(TaskRecipe.IMAGE_CLASSIFICATION))
        .toList();
  }
}
