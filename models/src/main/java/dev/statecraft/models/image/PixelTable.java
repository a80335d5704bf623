package dev.statecraft.models.image;

import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.data.DataFormat;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A CSV file whose rows hold a square grey picture each, a column for a pixel. Every row becomes
 * bytes as soon as it is read: as texts, a table of the size of MNIST would not fit the heap.
 */
final class PixelTable {
  private static final CSVFormat CSV = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

  private final Path file;
  private final ImageColumns columns;
  private final int[] pixels;
  private final int label;
  private final int side;
  private final int width;

  private PixelTable(Path file, ImageColumns columns, List<String> names) {
    this.file = file;
    this.columns = columns;
    String prefix = columns.pixels().orElseThrow();
    Map<Integer, Integer> byNumber = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      String rest = names.get(i).startsWith(prefix) ? names.get(i).substring(prefix.length()) : "";
      if (rest.matches("[0-9]{1,8}") && byNumber.put(Integer.valueOf(rest), i) != null) {
        throw new InvalidInputException(
            file + ": two columns are pixel " + Integer.valueOf(rest) + ": '" + names.get(i) + "'");
      }
    }
    pixels = byNumber.values().stream().mapToInt(Integer::intValue).toArray();
    side = (int) Math.round(Math.sqrt(pixels.length));
    if (pixels.length == 0 || side * side != pixels.length) {
      throw new InvalidInputException(
          file
              + ": expected a square number of columns '"
              + prefix
              + "0', '"
              + prefix
              + "1' and so on, found "
              + pixels.length);
    }
    label = names.indexOf(columns.label());
    if (label < 0) {
      throw new InvalidInputException(file + ": no column '" + columns.label() + "' for labels");
    }
    width = names.size();
  }

  static ImageSet read(Path file, DataFormat format, ImageColumns columns) {
    try (Reader reader = Files.newBufferedReader(file);
        CSVParser parser = CSVParser.parse(reader, CSV)) {
      List<LabelledImage> images = new ArrayList<>();
      PixelTable table =
          format.columns().isEmpty() ? null : new PixelTable(file, columns, format.columns());
      for (CSVRecord record : parser) {
        if (table == null) {
          table = new PixelTable(file, columns, record.toList());
        } else {
          images.add(table.image(record, images.size() + 1));
        }
      }
      if (images.isEmpty()) {
        throw new InvalidInputException(file + ": expected at least one row, found none");
      }
      return new ImageSet(images, Optional.empty());
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (UncheckedIOException e) {
      throw new InvalidInputException(file + ": invalid CSV: " + e.getCause().getMessage(), e);
    }
  }

  private LabelledImage image(CSVRecord record, int number) {
    String where = file + " row " + number;
    if (record.size() != width) {
      throw new InvalidInputException(
          where + ": expected " + width + " columns, found " + record.size());
    }
    byte[] samples = new byte[pixels.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = sample(record.get(pixels[i]), where);
    }
    Picture picture = new Picture(side, side, 1, samples);
    return new LabelledImage(() -> picture, record.get(label), where);
  }

  private byte sample(String text, String where) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value >= 0 && value <= columns.pixelMax())) {
      throw new InvalidInputException(
          where
              + ": expected pixels from 0 to "
              + columns.pixelMax()
              + " (pixel_max), found '"
              + text
              + "'");
    }
    return (byte) Math.round(value / columns.pixelMax() * 255);
  }
}
