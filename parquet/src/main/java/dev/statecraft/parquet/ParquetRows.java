package dev.statecraft.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.data.Row;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;

/** Reads Parquet files into rows. */
public final class ParquetRows {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ParquetRows() {}

  /**
   * Goes through the rows of a file, one at a time; no more of it than a group of rows is in
   * memory. Texts, numbers, truth values and bytes become the like in JSON, lists arrays, structs
   * and maps objects, dates and times their text in ISO 8601.
   *
   * @throws InvalidInputException if the file is missing, is no Parquet file or damaged, or has no
   *     rows; the message names it
   */
  public static void forEach(Path file, Consumer<Row> action) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": data file not found");
    }
    int number = 0;
    try (CloseableIterator<Map<?, ?>> rows = open(file)) {
      for (Optional<Row> row = next(file, rows, 1); row.isPresent(); ) {
        action.accept(row.get());
        number++;
        row = next(file, rows, number + 1);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    if (number == 0) {
      throw new InvalidInputException(file + ": expected at least one row, found none");
    }
  }

  @SuppressWarnings("unchecked") // The library takes a class, and there is none for Map<?, ?>.
  private static CloseableIterator<Map<?, ?>> open(Path file) {
    try {
      Class<Map<?, ?>> type = (Class<Map<?, ?>>) (Class<?>) Map.class;
      return new CarpetReader<>(file.toFile(), type).iterator();
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  /** The next row; what goes wrong here is the file's fault and not that of who uses the rows. */
  private static Optional<Row> next(Path file, CloseableIterator<Map<?, ?>> rows, int number) {
    try {
      if (!rows.hasNext()) {
        return Optional.empty();
      }
      Map<String, JsonNode> values = new LinkedHashMap<>();
      rows.next().forEach((column, value) -> values.put(String.valueOf(column), json(value)));
      return Optional.of(new Row(file, number, 0, values));
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  private static InvalidInputException unreadable(Path file, Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new InvalidInputException(
        file + ": cannot be read as Parquet: " + message.lines().findFirst().orElse(""), e);
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
