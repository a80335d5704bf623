package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.flag;
import static dev.statecraft.studio.recipe.Type.number;
import static dev.statecraft.studio.recipe.Type.text;
import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageColumns;
import java.util.Map;
import java.util.Optional;

/** The keys of the mappings of {@code data} that only image classification has. */
final class ImageKeys {
  private ImageKeys() {}

  static Type<ImageColumns> columns() {
    Columns keys = new Columns();
    return Type.mapping(keys, keys::columns, keys::settings);
  }

  static Type<Augmentation> augmentation() {
    Augment keys = new Augment();
    return Type.mapping(keys, keys::augmentation, keys::settings);
  }

  /** Those of {@code data.columns}. */
  private static final class Columns extends Keys {
    private static final String IMAGE = "image";

    private final Key<Optional<String>> image =
        key(
            IMAGE,
            text("a column", "file_name").optional().read(this::eitherImage),
            Otherwise.value(IMAGE),
            reading -> reading.get(this.pixels).isPresent() ? Optional.empty() : Optional.of(IMAGE),
            "The column of paths of image files (PNG, JPEG, WebP, GIF, BMP, TIFF), relative to"
                + " the data file's folder.");

    private final Key<Optional<String>> pixels =
        optional(
            "pixels",
            text("the beginning of names of columns", "pixel"),
            "images are files",
            "Rows that hold a square grey image each: what the names of its columns begin with;"
                + " a number follows, row by row.");

    /** By default white in pixels of 8 bits. */
    private final Key<Double> pixelMax =
        key(
            "pixel_max",
            number("a number above 0", Map.of("exclusiveMinimum", 0), 16),
            255.0,
            "The value of white in columns of pixels.");

    private final Key<String> label =
        key("label", text("a column", "class"), ColumnKeys.LABEL, "The column of labels.");

    private Type.Reader<Optional<String>> eitherImage(Type.Reader<Optional<String>> usual) {
      return (reading, key) -> {
        if (reading.get(pixels).isPresent()) {
          throw reading.section().invalid(key, "either this or pixels");
        }
        return usual.read(reading, key);
      };
    }

    ImageColumns columns(Settings settings) {
      return new ImageColumns(
          settings.get(image).orElse(IMAGE),
          settings.get(pixels),
          settings.get(pixelMax),
          settings.get(label));
    }

    Settings settings(ImageColumns columns) {
      Optional<String> path =
          columns.pixels().isPresent() ? Optional.empty() : Optional.of(columns.image());
      return new Settings(
          this,
          Map.of(
              image,
              path,
              pixels,
              columns.pixels(),
              pixelMax,
              columns.pixelMax(),
              label,
              columns.label()));
    }
  }

  /** Those of {@code data.augment}. */
  private static final class Augment extends Keys {
    /** Mirrored digits and letters are others: only who knows the pictures can ask for it. */
    private final Key<Boolean> flip =
        key("flip", flag(), false, "Mirror half of the images left to right.");

    private final Key<Integer> cropPadding =
        key(
            "crop_padding",
            whole(0, 4),
            0,
            "Shift images by up to so many pixels of theirs, black where nothing is left.");

    Augmentation augmentation(Settings settings) {
      return new Augmentation(settings.get(flip), settings.get(cropPadding));
    }

    Settings settings(Augmentation augmentation) {
      return new Settings(
          this, Map.of(flip, augmentation.flip(), cropPadding, augmentation.cropPadding()));
    }
  }
}
