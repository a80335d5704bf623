package dev.statecraft.models.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.statecraft.models.InvalidInputException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Reads CSV and TSV. */
final class DelimitedRows {
  private static final Pattern LINE_BREAK = Pattern.compile("\r\n|\r|\n");

  private static final CSVFormat CSV = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(true).get();

  private static final CSVFormat TSV =
      CSVFormat.RFC4180
          .builder()
          .setDelimiter('\t')
          .setQuote((Character) null)
          .setIgnoreEmptyLines(true)
          .get();

  private DelimitedRows() {}

  /**
   * Reads all records; {@code columns} names them where the file has no header.
   *
   * @return how many there are
   */
  static int read(
      Path file, Reader reader, FileFormat fileFormat, List<String> columns, Consumer<Row> action)
      throws IOException {
    try (CSVParser parser = CSVParser.parse(reader, fileFormat == FileFormat.TSV ? TSV : CSV)) {
      return readAll(file, parser, columns, action);
    } catch (UncheckedIOException e) {
      // The parser's iterator can only throw unchecked; what it wraps tells bad CSV from bad bytes.
      if (e.getCause() instanceof CSVException) {
        throw new InvalidInputException(
            file + ": invalid " + fileFormat + ": " + e.getCause().getMessage(), e);
      }
      throw e.getCause();
    }
  }

  private static int readAll(
      Path file, CSVParser parser, List<String> columns, Consumer<Row> action) {
    Iterator<CSVRecord> records = parser.iterator();
    if (!records.hasNext()) {
      throw new InvalidInputException(file + ": the file is empty");
    }
    List<String> names = columns.isEmpty() ? header(file, records.next()) : columns;
    int rows = 0;
    while (records.hasNext()) {
      CSVRecord record = records.next();
      rows++;
      action.accept(row(file, rows, firstLine(parser, record), names, record));
    }
    return rows;
  }

  private static List<String> header(Path file, CSVRecord record) {
    List<String> names = record.toList();
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new InvalidInputException(
            file + ": the header names column '" + name + "' twice: " + names);
      }
    }
    return names;
  }

  private static Row row(Path file, int number, long line, List<String> names, CSVRecord record) {
    if (record.size() != names.size()) {
      throw new InvalidInputException(
          file
              + " line "
              + line
              + ": expected "
              + names.size()
              + " columns "
              + names
              + ", found "
              + record.size());
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), TextNode.valueOf(record.get(i)));
    }
    return new Row(file, number, line, values);
  }

  /** The parser stands at the record's last line: its first lies one up for each break inside. */
  private static long firstLine(CSVParser parser, CSVRecord record) {
    return parser.getCurrentLineNumber()
        - record.stream().mapToLong(value -> LINE_BREAK.matcher(value).results().count()).sum();
  }
}
