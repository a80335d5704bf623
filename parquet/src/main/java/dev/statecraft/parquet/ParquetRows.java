package dev.statecraft.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.FileContent;
import dev.statecraft.data.Row;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;

/** Reads Parquet files into rows. */
public final class ParquetRows {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final byte[] MAGIC = {'P', 'A', 'R', '1'};

  private ParquetRows() {}

  /**
   * Goes through the rows of a file, one at a time; no more of it than a group of rows is in
   * memory. Texts, numbers, truth values and bytes become the like in JSON, lists arrays, structs
   * and maps objects, dates and times their text in ISO 8601. Columns of kinds that are not read
   * are in the rows as missing nodes: they matter only to who asks for them.
   *
   * @throws InvalidInputException if the file is missing, is no Parquet file or damaged, or has no
   *     rows; the message names it
   */
  public static void forEach(Path file, Consumer<Row> action) {
    checkEnds(file);
    ReadableColumns columns = new ReadableColumns();
    int number = 0;
    try (ParquetReader<Map<?, ?>> rows = open(file, columns)) {
      for (Optional<Row> row = next(file, rows, columns, 1); row.isPresent(); ) {
        action.accept(row.get());
        number++;
        row = next(file, rows, columns, number + 1);
      }
    } catch (IOException e) {
      throw unreadable(file, 0, e);
    }
    if (number == 0) {
      throw new InvalidInputException(file + ": expected at least one row, found none");
    }
  }

  /** A Parquet file begins and ends with its name. */
  private static void checkEnds(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": data file not found");
    }
    Optional<String> found = FileContent.foreign(file);
    byte[] start = new byte[MAGIC.length];
    byte[] end = new byte[MAGIC.length];
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
      if (bytes.length() < 3L * MAGIC.length) {
        throw unreadable(file, found.orElse("a file of " + bytes.length() + " bytes"));
      }
      bytes.readFully(start);
      bytes.seek(bytes.length() - MAGIC.length);
      bytes.readFully(end);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (!Arrays.equals(start, MAGIC)) {
      throw unreadable(file, found.orElse("another format"));
    }
    if (!Arrays.equals(end, MAGIC)) {
      throw new InvalidInputException(file + ": cannot be read as Parquet: the file is cut off");
    }
  }

  private static InvalidInputException unreadable(Path file, String found) {
    return new InvalidInputException(
        file + ": cannot be read as Parquet: expected a Parquet file, found " + found);
  }

  /** A reader of the columns that can be read. */
  private static final class Opening extends ParquetReader.Builder<Map<?, ?>> {
    private final ReadableColumns columns;

    Opening(InputFile file, ReadableColumns columns) {
      super(file, new PlainParquetConfiguration());
      this.columns = columns;
    }

    @Override
    protected ReadSupport<Map<?, ?>> getReadSupport() {
      return columns;
    }
  }

  private static ParquetReader<Map<?, ?>> open(Path file, ReadableColumns columns) {
    try {
      return new Opening(new LocalInputFile(file), columns).withCodecFactory(new Codecs()).build();
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw unreadable(file, 0, e);
    }
  }

  /** The next row; what goes wrong here is the file's fault and not that of who uses the rows. */
  private static Optional<Row> next(
      Path file, ParquetReader<Map<?, ?>> rows, ReadableColumns columns, int number) {
    try {
      Map<?, ?> row = rows.read();
      if (row == null) {
        return Optional.empty();
      }
      Map<String, JsonNode> values = new LinkedHashMap<>();
      row.forEach((column, value) -> values.put(String.valueOf(column), json(value)));
      columns.unread().forEach(column -> values.put(column, MissingNode.getInstance()));
      return Optional.of(new Row(file, number, 0, values));
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
      throw unreadable(file, number, e);
    }
  }

  /** The libraries' messages speak of their classes, pages and blocks. */
  private static InvalidInputException unreadable(Path file, int row, Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof Codecs.UnknownCodecException) {
        return new InvalidInputException(
            file + ": cannot be read as Parquet: " + cause.getMessage(), thrown);
      } else if (cause instanceof OutOfMemoryError) {
        return new InvalidInputException(
            file + ": cannot be read as Parquet: it needs more memory than the heap has", thrown);
      }
    }
    return new InvalidInputException(
        file
            + ": cannot be read as Parquet: its data are damaged"
            + (row == 0 ? "" : " at or after row " + row),
        thrown);
  }

  private static JsonNode json(Object value) {
    if (value == null) {
      return JSON.nullNode();
    } else if (value instanceof Boolean truth) {
      return JSON.booleanNode(truth);
    } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return JSON.numberNode(((Number) value).intValue());
    } else if (value instanceof Long number) {
      return JSON.numberNode(number);
    } else if (value instanceof Float number) {
      return JSON.numberNode(number);
    } else if (value instanceof Double number) {
      return JSON.numberNode(number);
    } else if (value instanceof BigDecimal number) {
      return JSON.numberNode(number);
    } else if (value instanceof Binary bytes) {
      return JSON.binaryNode(bytes.getBytes());
    } else if (value instanceof byte[] bytes) {
      return JSON.binaryNode(bytes);
    } else if (value instanceof Collection<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(item -> array.add(json(item)));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode object = JSON.objectNode();
      map.forEach((key, item) -> object.set(String.valueOf(key), json(item)));
      return object;
    }
    return JSON.textNode(value.toString());
  }
}
