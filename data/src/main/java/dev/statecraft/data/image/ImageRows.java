package dev.statecraft.data.image;

import dev.statecraft.data.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A file of rows that name image files. */
final class ImageRows {
  private ImageRows() {}

  /** Checks that the image files are there; relative paths begin at the rows' folder. */
  static ImageSet read(
      Path file, ImageColumns columns, ImageOptions options, Consumer<Consumer<Row>> rows) {
    Path folder = file.toAbsolutePath().getParent();
    List<LabelledImage> images = new ArrayList<>();
    rows.accept(
        row -> {
          Path image = folder.resolve(row.text(columns.image()));
          images.add(
              new LabelledImage(
                  new PictureFile(image, options.exifOrientation()),
                  row.label(columns.label()),
                  row.where()));
        });
    List<String> notes = new ArrayList<>();
    return new ImageSet(ImageCheck.readable(file, images, options, notes), Optional.empty(), notes);
  }
}
