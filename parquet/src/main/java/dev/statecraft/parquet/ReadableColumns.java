package dev.statecraft.parquet;

import com.jerolba.carpet.CarpetParquetReader;
import com.jerolba.carpet.impl.read.CarpetReadConfiguration;
import com.jerolba.carpet.impl.read.CarpetReadSupport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.api.InitContext;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.io.api.RecordMaterializer;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;

/**
 * Rows of the columns that can be read. Carpet refuses a whole file for one column of a kind that
 * it does not know (float16, bytes of a fixed length); such columns are not read here, and said to
 * be there.
 */
final class ReadableColumns extends ReadSupport<Map<?, ?>> {
  private final CarpetReadSupport<Map<?, ?>> carpet;
  private final List<String> unread = new ArrayList<>();

  @SuppressWarnings("unchecked") // The library takes a class, and there is none for Map<?, ?>.
  ReadableColumns() {
    carpet =
        new CarpetReadSupport<>(
            (Class<Map<?, ?>>) (Class<?>) Map.class,
            new CarpetReadConfiguration(
                CarpetParquetReader.DEFAULT_FAIL_ON_MISSING_COLUMN,
                CarpetParquetReader.DEFAULT_FAIL_NARROWING_PRIMITIVE_CONVERSION,
                CarpetParquetReader.DEFAULT_FAIL_ON_NULL_FOR_PRIMITIVES,
                CarpetParquetReader.DEFAULT_FIELD_MATCHING_STRATEGY));
  }

  /** Names of the columns that are in the file and not in its rows; known after the first row. */
  List<String> unread() {
    return unread;
  }

  @Override
  public ReadContext init(InitContext context) {
    MessageType schema = context.getFileSchema();
    List<Type> readable = new ArrayList<>();
    unread.clear();
    for (Type field : schema.getFields()) {
      if (isReadable(new MessageType(schema.getName(), field))) {
        readable.add(field);
      } else {
        unread.add(field.getName());
      }
    }
    return carpet.init(of(new MessageType(schema.getName(), readable)));
  }

  @Override
  public RecordMaterializer<Map<?, ?>> prepareForRead(
      ParquetConfiguration configuration,
      Map<String, String> metadata,
      MessageType schema,
      ReadContext context) {
    return carpet.prepareForRead(configuration, metadata, context.getRequestedSchema(), context);
  }

  @Override
  @SuppressWarnings("deprecation") // Abstract, though the library calls the other.
  public RecordMaterializer<Map<?, ?>> prepareForRead(
      Configuration configuration,
      Map<String, String> metadata,
      MessageType schema,
      ReadContext context) {
    return prepareForRead(new PlainParquetConfiguration(), metadata, schema, context);
  }

  private boolean isReadable(MessageType column) {
    try {
      ReadContext context = carpet.init(of(column));
      RecordMaterializer<Map<?, ?>> rows =
          carpet.prepareForRead(new PlainParquetConfiguration(), Map.of(), column, context);
      return rows.getRootConverter() != null;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static InitContext of(MessageType schema) {
    return new InitContext(new PlainParquetConfiguration(), new LinkedHashMap<>(), schema);
  }
}
