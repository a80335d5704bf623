package dev.statecraft.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
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

  /** What separates columns of files that are called CSV. */
  private static final List<Separator> OTHERS =
      List.of(new Separator(';', "';'"), new Separator('\t', "tab"), new Separator('|', "'|'"));

  private static final Pattern LINE = Pattern.compile("(?:startline|line:?) (\\d+)");

  /** A separator and the word that recipes have for it. */
  private record Separator(char character, String word) {}

  private final Path file;
  private final FileFormat fileFormat;
  private final DataFormat format;
  private final CSVParser parser;
  private int rows;

  private DelimitedRows(Path file, FileFormat fileFormat, DataFormat format, CSVParser parser) {
    this.file = file;
    this.fileFormat = fileFormat;
    this.format = format;
    this.parser = parser;
  }

  /**
   * Reads all records.
   *
   * @return how many there are
   */
  static int read(
      Path file, Reader reader, FileFormat fileFormat, DataFormat format, Consumer<Row> action)
      throws IOException {
    CSVFormat csv =
        fileFormat == FileFormat.TSV
            ? TSV
            : CSV.builder().setDelimiter(format.separator().orElse(',')).get();
    try (CSVParser parser = CSVParser.parse(reader, csv)) {
      return new DelimitedRows(file, fileFormat, format, parser).readAll(action);
    }
  }

  private int readAll(Consumer<Row> action) throws IOException {
    Iterator<CSVRecord> records = parser.iterator();
    if (!hasNext(records)) {
      throw new InvalidInputException(file + ": the file is empty");
    }
    List<String> names = format.columns().isEmpty() ? header(records.next()) : format.columns();
    while (hasNext(records)) {
      CSVRecord record = records.next();
      rows++;
      action.accept(row(names, record));
    }
    return rows;
  }

  /** The parser's iterator can only throw unchecked; what it wraps tells bad CSV from bad bytes. */
  private boolean hasNext(Iterator<CSVRecord> records) throws IOException {
    try {
      return records.hasNext();
    } catch (UncheckedIOException e) {
      if (!(e.getCause() instanceof CSVException)) {
        throw e.getCause();
      }
      String message = String.valueOf(e.getCause().getMessage());
      Matcher line = LINE.matcher(message);
      String place = "line " + (line.find() ? line.group(1) : parser.getCurrentLineNumber());
      throw new InvalidInputException(
          file
              + " row "
              + (rows + 1)
              + ": invalid "
              + fileFormat
              + ": "
              + (message.contains("EOF")
                  ? "a quote of " + place + " that is not closed"
                  : "text after a closing quote in " + place),
          e);
    }
  }

  private List<String> header(CSVRecord record) {
    List<String> names = record.toList();
    Optional<String> hint = names.size() == 1 ? hint(names.get(0)) : Optional.empty();
    if (hint.isPresent()) {
      throw new InvalidInputException(
          file
              + ": expected columns separated by "
              + separator()
              + ", found one, "
              + Quoted.text(names.get(0))
              + hint.get());
    }
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new InvalidInputException(
            file
                + ": the header names column "
                + Quoted.text(name)
                + " twice: "
                + Quoted.list(names));
      }
    }
    return names;
  }

  private String separator() {
    return fileFormat == FileFormat.TSV
        ? "tabs"
        : "'" + format.separator().map(String::valueOf).orElse(",").replace("\t", "tab") + "'";
  }

  /** What one column that looks like several may have been meant as. */
  private Optional<String> hint(String text) {
    if (fileFormat == FileFormat.TSV) {
      return text.contains(",")
          ? Optional.of("; did you mean data.train.format: csv?")
          : Optional.empty();
    }
    return OTHERS.stream()
        .filter(other -> text.indexOf(other.character()) >= 0)
        .findFirst()
        .map(other -> "; did you mean data.separator: " + other.word() + "?");
  }

  private Row row(List<String> names, CSVRecord record) {
    long line = firstLine(record);
    if (record.size() != names.size()) {
      throw new InvalidInputException(
          file
              + " row "
              + rows
              + " (line "
              + line
              + "): expected "
              + names.size()
              + " columns "
              + Quoted.list(names)
              + ", found "
              + record.size()
              + (record.size() == 1 ? hint(record.get(0)).orElse("") : ""));
    }
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      values.put(names.get(i), TextNode.valueOf(record.get(i)));
    }
    return new Row(file, rows, line, values);
  }

  /** The parser stands at the record's last line: its first lies one up for each break inside. */
  private long firstLine(CSVRecord record) {
    return parser.getCurrentLineNumber()
        - record.stream().mapToLong(value -> LINE_BREAK.matcher(value).results().count()).sum();
  }
}
