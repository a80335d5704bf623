package dev.statecraft.models.data;

import dev.statecraft.models.InvalidInputException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a dataset file is to be read.
 *
 * @param fileFormat the file format; where empty, the file's ending decides
 * @param columns the column names of a CSV or TSV file that has no header line; where empty, the
 *     first line is the header
 */
public record DataFormat(Optional<FileFormat> fileFormat, List<String> columns) {

  /**
   * Checks and copies the column names.
   *
   * @throws InvalidInputException if a column name is given twice
   */
  public DataFormat {
    columns = List.copyOf(columns);
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw new InvalidInputException("column name '" + column + "' is given twice: " + columns);
      }
    }
  }

  /** The format that the file's ending stands for, with a header line in CSV and TSV files. */
  public static DataFormat byEnding() {
    return new DataFormat(Optional.empty(), List.of());
  }

  /** This format, whatever the file's ending. */
  public static DataFormat of(FileFormat fileFormat) {
    return new DataFormat(Optional.of(fileFormat), List.of());
  }

  /** The same for a CSV or TSV file without a header line, whose columns have these names. */
  public DataFormat withoutHeader(List<String> columnNames) {
    return new DataFormat(fileFormat, columnNames);
  }
}
