package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.DataFormat;
import dev.statecraft.data.DataReader;
import dev.statecraft.data.FileFormat;
import dev.statecraft.data.Row;
import dev.statecraft.parquet.ParquetRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Reads data files of this machine in any format that the command line knows. */
public final class DataFiles {
  private DataFiles() {}

  /**
   * Goes through the rows of a file, one at a time.
   *
   * @throws InvalidInputException as {@link DataReader#forEach} and {@link ParquetRows#forEach} do
   */
  public static void forEach(Path file, DataFormat format, Consumer<Row> action) {
    if (format.fileFormat().orElseGet(() -> FileFormat.of(file)) == FileFormat.PARQUET) {
      ParquetRows.forEach(file, action);
    } else {
      DataReader.forEach(file, format, action);
    }
  }

  /**
   * All rows of a file that is small enough.
   *
   * @throws InvalidInputException as {@link #forEach} does
   */
  public static List<Row> read(Path file, DataFormat format) {
    List<Row> rows = new ArrayList<>();
    forEach(file, format, rows::add);
    return Collections.unmodifiableList(rows);
  }
}
