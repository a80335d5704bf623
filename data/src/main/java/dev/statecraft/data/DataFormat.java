package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
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
 * @param separator what separates the columns of a CSV file; where empty, a comma
 */
public record DataFormat(
    Optional<FileFormat> fileFormat, List<String> columns, Optional<Character> separator) {

  /**
   * Checks and copies the column names.
   *
   * @throws InvalidInputException if a column name is given twice, or the separator is a quote or a
   *     line break
   */
  public DataFormat {
    columns = List.copyOf(columns);
    if (separator.isPresent() && "\"\r\n".indexOf(separator.get()) >= 0) {
      throw new InvalidInputException(
          "separator: expected another character than a quote or a line break");
    }
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      if (!seen.add(column)) {
        throw new InvalidInputException("column name '" + column + "' is given twice: " + columns);
      }
    }
  }

  /** The format that the file's ending stands for, with a header line in CSV and TSV files. */
  public static DataFormat byEnding() {
    return new DataFormat(Optional.empty(), List.of(), Optional.empty());
  }

  /** This format, whatever the file's ending. */
  public static DataFormat of(FileFormat fileFormat) {
    return new DataFormat(Optional.of(fileFormat), List.of(), Optional.empty());
  }

  /** The same for a CSV or TSV file without a header line, whose columns have these names. */
  public DataFormat withoutHeader(List<String> columnNames) {
    return new DataFormat(fileFormat, columnNames, separator);
  }

  /** The same for CSV files whose columns are separated so. */
  public DataFormat separatedBy(char character) {
    return new DataFormat(fileFormat, columns, Optional.of(character));
  }
}
