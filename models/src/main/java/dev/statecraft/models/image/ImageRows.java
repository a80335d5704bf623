package dev.statecraft.models.image;

import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.data.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A file of rows that name image files. */
final class ImageRows {
  private ImageRows() {}

  /** Checks that the image files are there; relative paths begin at the rows' folder. */
  static ImageSet read(Path file, ImageColumns columns, Consumer<Consumer<Row>> rows) {
    Path folder = file.toAbsolutePath().getParent();
    List<LabelledImage> images = new ArrayList<>();
    rows.accept(row -> images.add(image(row, folder, columns)));
    return new ImageSet(images, Optional.empty());
  }

  private static LabelledImage image(Row row, Path folder, ImageColumns columns) {
    Path image = folder.resolve(row.text(columns.image()));
    if (!Files.isRegularFile(image)) {
      throw new InvalidInputException(
          row.where() + ": column '" + columns.image() + "': no image file " + image);
    }
    return new LabelledImage(
        () -> ImageDecoder.decode(image), row.label(columns.label()), row.where());
  }
}
