package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** Reads dataset files from the local disk into rows. */
public final class DataReader {
  private static final int BYTE_ORDER_MARK = 0xFEFF;

  private DataReader() {}

  /**
   * Reads all rows of a file into memory.
   *
   * @throws InvalidInputException as {@link #forEach} does
   */
  public static List<Row> read(Path file, DataFormat format) {
    List<Row> rows = new ArrayList<>();
    forEach(file, format, rows::add);
    return Collections.unmodifiableList(rows);
  }

  /**
   * Goes through the rows of a file, one at a time: the file may be larger than memory. Blank lines
   * of JSONL, CSV and TSV files are skipped. Files of JSON and JSONL may hold either: an array of
   * objects, or objects one after the other, wherever lines break. {@code NaN} and {@code Infinity}
   * are read as numbers.
   *
   * @throws InvalidInputException if the file is missing or cannot be read, is not UTF-8, is empty
   *     or holds no rows, is not valid JSON or CSV, has a header that names a column twice, or has
   *     a row with another number of columns than the header; the message names the file, and the
   *     line where there is one
   */
  public static void forEach(Path file, DataFormat format, Consumer<Row> action) {
    FileFormat fileFormat = format.fileFormat().orElseGet(() -> FileFormat.of(file));
    if (!format.columns().isEmpty() && !fileFormat.isDelimited()) {
      throw new InvalidInputException(
          file
              + ": column names are for CSV and TSV files without a header, this is "
              + fileFormat);
    }
    if (!Files.exists(file)) {
      throw new InvalidInputException(file + ": data file not found");
    }
    if (Files.isDirectory(file)) {
      throw new InvalidInputException(file + ": expected a data file, found a folder");
    }
    FileContent.foreign(file)
        .ifPresent(
            found -> {
              throw new InvalidInputException(
                  file + ": expected " + fileFormat + " in UTF-8, found " + found);
            });
    if (readRows(file, fileFormat, format, action) == 0) {
      throw new InvalidInputException(file + ": expected at least one row, found none");
    }
  }

  private static int readRows(
      Path file, FileFormat fileFormat, DataFormat format, Consumer<Row> action) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      skipByteOrderMark(reader);
      return switch (fileFormat) {
        case JSON -> JsonRows.readDocument(file, reader, action);
        case JSONL -> JsonRows.readLines(file, reader, action);
        case CSV, TSV -> DelimitedRows.read(file, reader, fileFormat, format, action);
        case PARQUET ->
            throw new InvalidInputException(
                file + ": Parquet files are read by statecraft-parquet's ParquetRows");
      };
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected UTF-8 text, found other bytes", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void skipByteOrderMark(BufferedReader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
  }
}
