package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A file whose rows hold a square grey picture each, a column for a pixel. Every row becomes bytes
 * as soon as it is read: as texts, a table of the size of MNIST would not fit the heap.
 */
final class PixelRows implements Consumer<Row> {
  private final Path file;
  private final ImageColumns columns;
  private final List<LabelledImage> images = new ArrayList<>();

  /** The columns of pixels in order; empty before the first row. */
  private List<String> pixels = List.of();

  private int side;

  private PixelRows(Path file, ImageColumns columns) {
    this.file = file;
    this.columns = columns;
  }

  static ImageSet read(Path file, ImageColumns columns, Consumer<Consumer<Row>> rows) {
    PixelRows read = new PixelRows(file, columns);
    rows.accept(read);
    return new ImageSet(read.images, Optional.empty());
  }

  @Override
  public void accept(Row row) {
    if (pixels.isEmpty()) {
      pixels = pixels(row.values().keySet());
      side = (int) Math.round(Math.sqrt(pixels.size()));
    }
    byte[] samples = new byte[pixels.size()];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = sample(row, pixels.get(i));
    }
    Picture picture = new Picture(side, side, 1, samples);
    images.add(new LabelledImage(() -> picture, row.label(columns.label()), row.where()));
  }

  private List<String> pixels(Collection<String> names) {
    String prefix = columns.pixels().orElseThrow();
    Map<Integer, String> byNumber = new TreeMap<>();
    for (String name : names) {
      String rest = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
      if (rest.matches("[0-9]{1,8}") && byNumber.put(Integer.valueOf(rest), name) != null) {
        throw new InvalidInputException(
            file + ": two columns are pixel " + Integer.valueOf(rest) + ": '" + name + "'");
      }
    }
    int count = byNumber.size();
    int root = (int) Math.round(Math.sqrt(count));
    if (count == 0 || root * root != count) {
      throw new InvalidInputException(
          file
              + ": expected a square number of columns '"
              + prefix
              + "0', '"
              + prefix
              + "1' and so on, found "
              + count);
    }
    return List.copyOf(byNumber.values());
  }

  private byte sample(Row row, String column) {
    String text = row.text(column);
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value >= 0 && value <= columns.pixelMax())) {
      throw new InvalidInputException(
          row.where()
              + ": column '"
              + column
              + "': expected a pixel from 0 to "
              + columns.pixelMax()
              + " (pixel_max), found '"
              + text
              + "'");
    }
    return (byte) Math.round(value / columns.pixelMax() * 255);
  }
}
