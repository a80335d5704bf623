package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The file formats that datasets are read from. Texts are UTF-8, with or without a byte order mark.
 */
public enum FileFormat {
  /** One array of objects, or one object whose {@code data} is such an array. */
  JSON,
  /** JSON objects one after the other, usually each on a line. */
  JSONL,
  /**
   * Comma separated values as in RFC 4180: quoted with {@code "}, which is doubled inside quotes.
   */
  CSV,
  /** Tab separated values without any quoting or escaping, as GLUE has them: quotes are literal. */
  TSV,
  /** Apache Parquet, whose columns may be texts, numbers, truth values, lists and structs. */
  PARQUET;

  /**
   * The format that a file name's ending stands for: {@code .json}, {@code .jsonl} (or {@code
   * .ndjson}), {@code .csv}, {@code .tsv}, {@code .parquet}, in any case.
   *
   * @throws InvalidInputException for any other ending
   */
  public static FileFormat of(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return switch (ending) {
      case "json" -> JSON;
      case "jsonl", "ndjson" -> JSONL;
      case "csv" -> CSV;
      case "tsv" -> TSV;
      case "parquet" -> PARQUET;
      case "gz", "zip", "bz2", "xz", "zst", "7z", "tar", "tgz" ->
          throw new InvalidInputException(
              file + ": expected a data file that is not packed; unpack it first");
      default ->
          throw new InvalidInputException(
              file
                  + ": cannot tell the data format from the file name;"
                  + " expected it to end in .json, .jsonl, .csv, .tsv or .parquet,"
                  + " or the format to be named");
    };
  }

  /** Whether the rows are lines of separated columns, which may come without a header. */
  boolean isDelimited() {
    return this == CSV || this == TSV;
  }
}
