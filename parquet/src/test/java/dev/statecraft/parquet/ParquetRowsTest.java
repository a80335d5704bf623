package dev.statecraft.parquet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.jerolba.carpet.CarpetWriter;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.data.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ParquetRowsTest {
  @TempDir Path folder;

  /** A turn of a conversation. */
  record Turn(String role, String content) {}

  /** One of every kind of column. */
  record Example(
      String text,
      int label,
      long id,
      double score,
      float weight,
      boolean good,
      Binary image,
      LocalDate day,
      List<Turn> messages) {}

  /** A small row. */
  record Numbered(int number, String text) {}

  @ParameterizedTest
  @EnumSource(names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4_RAW"})
  void readsEveryKindOfColumn(CompressionCodecName codec) throws IOException {
    Path file =
        write(
            Example.class,
            codec,
            List.of(
                new Example(
                    "a \"b\" é",
                    3,
                    1L << 40,
                    0.1,
                    0.5f,
                    true,
                    Binary.fromConstantByteArray(new byte[] {1, -1}),
                    LocalDate.of(2026, 1, 2),
                    List.of(new Turn("user", "hi"), new Turn("assistant", "hello"))),
                new Example(null, 4, 2, 1, 1, false, null, null, null)));

    List<Row> rows = read(file);

    Row row = rows.get(0);
    assertThat(row.values().keySet())
        .containsExactly(
            "text", "label", "id", "score", "weight", "good", "image", "day", "messages");
    assertThat(row.text("text")).isEqualTo("a \"b\" é");
    assertThat(row.text("label")).isEqualTo("3");
    assertThat(row.text("id")).isEqualTo("1099511627776");
    assertThat(row.text("score")).isEqualTo("0.1");
    assertThat(row.text("weight")).isEqualTo("0.5");
    assertThat(row.text("good")).isEqualTo("true");
    assertThat(row.value("image").binaryValue()).containsExactly(1, -1);
    assertThat(row.text("day")).isEqualTo("2026-01-02");
    assertThat(ChatMessage.listOf(row, "messages"))
        .containsExactly(new ChatMessage("user", "hi"), new ChatMessage("assistant", "hello"));
    assertThat(rows.get(1).optionalText("text")).isEmpty();
    assertThatThrownBy(() -> rows.get(1).text("text"))
        .hasMessage(file + " row 2: column 'text' should be text or a number, found null");
  }

  @Test
  void goesThroughManyRowsInOrder() throws IOException {
    Path file =
        write(
            Numbered.class,
            CompressionCodecName.ZSTD,
            IntStream.range(0, 30_000).mapToObj(i -> new Numbered(i, "text " + i)).toList());
    int[] next = new int[1];

    ParquetRows.forEach(
        file,
        row -> {
          assertThat(row.text("number")).isEqualTo(String.valueOf(next[0]++));
          assertThat(row.number()).isEqualTo(next[0]);
        });

    assertThat(next[0]).isEqualTo(30_000);
  }

  @Test
  void refusesWhatIsNoParquet() throws IOException {
    Path missing = folder.resolve("missing.parquet");
    assertThatThrownBy(() -> read(missing)).hasMessage(missing + ": data file not found");

    Path text = Files.writeString(folder.resolve("text.parquet"), "text,label\na,b\n".repeat(9));
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            text + ": cannot be read as Parquet: expected a Parquet file, found another format");

    Path whole = write(Numbered.class, CompressionCodecName.SNAPPY, List.of(new Numbered(1, "a")));
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = Files.write(folder.resolve("cut.parquet"), Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> read(cut))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(cut + ": cannot be read as Parquet: the file is cut off");

    Path empty = write(Numbered.class, CompressionCodecName.SNAPPY, List.of());
    assertThatThrownBy(() -> read(empty))
        .hasMessage(empty + ": expected at least one row, found none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"brotli-1.parquet", "brotli-2.parquet"})
  void brotliIsRead(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = ParquetRowsTest.class.getResourceAsStream("/" + name)) {
      Files.copy(in, file);
    }
    List<Row> rows = read(file);
    assertThat(rows).hasSize(50);
    assertThat(rows.get(49).text("text")).isEqualTo("row 49");
    assertThat(rows.get(49).text("label")).isEqualTo("1");
  }

  @Test
  void columnsThatAreNotReadMatterOnlyToWhoAsksForThem() throws IOException {
    MessageType schema =
        MessageTypeParser.parseMessageType(
            """
            message rows {
              required fixed_len_byte_array(2) half (FLOAT16);
              required binary text (UTF8);
              required fixed_len_byte_array(3) raw;
              required int96 time;
              required int32 label;
            }
            """);
    Path file = folder.resolve("kinds.parquet");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(schema)
            .build()) {
      for (int i = 0; i < 20; i++) {
        Group row = new SimpleGroup(schema);
        row.add("half", Binary.fromConstantByteArray(new byte[2]));
        row.add("text", "text " + i);
        row.add("raw", Binary.fromConstantByteArray(new byte[3]));
        row.add("time", Binary.fromConstantByteArray(new byte[12]));
        row.add("label", i % 2);
        writer.write(row);
      }
    }
    List<Row> rows = read(file);
    assertThat(rows).hasSize(20);
    Row last = rows.get(19);
    assertThat(last.text("text")).isEqualTo("text 19");
    assertThat(last.text("label")).isEqualTo("1");
    for (String column : List.of("half", "raw", "time")) {
      assertThatThrownBy(() -> last.text(column))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage(
              file
                  + " row 20: column '"
                  + column
                  + "' should be text or a number, found a kind of column that is not read");
    }
  }

  @Test
  void damagedFilesAreToldInOurWords() throws IOException {
    Path whole =
        write(
            Numbered.class,
            CompressionCodecName.SNAPPY,
            IntStream.range(0, 50).mapToObj(i -> new Numbered(i, "text " + i)).toList());
    byte[] bytes = Files.readAllBytes(whole);
    Path damaged = folder.resolve("damaged.parquet");
    for (int i = 4; i < bytes.length - 4; i += 9) {
      byte[] changed = bytes.clone();
      changed[i] = (byte) (changed[i] ^ 0x7F);
      Files.write(damaged, changed);
      try {
        read(damaged);
      } catch (InvalidInputException e) {
        // A footer may say, too, that there are no rows.
        assertThat(e.getMessage().replaceFirst(" at or after row [0-9]+$", ""))
            .isIn(
                damaged + ": cannot be read as Parquet: its data are damaged",
                damaged + ": expected at least one row, found none");
      }
    }
  }

  @Test
  void whatItsUserThrowsComesThrough() throws IOException {
    Path file = write(Numbered.class, CompressionCodecName.SNAPPY, List.of(new Numbered(1, "a")));

    assertThatThrownBy(
            () ->
                ParquetRows.forEach(
                    file,
                    row -> {
                      throw new IllegalStateException("mine");
                    }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("mine");
  }

  private static List<Row> read(Path file) {
    List<Row> rows = new ArrayList<>();
    ParquetRows.forEach(file, rows::add);
    return rows;
  }

  private <T> Path write(Class<T> type, CompressionCodecName codec, List<T> rows)
      throws IOException {
    Path file = folder.resolve(type.getSimpleName() + rows.size() + codec + ".parquet");
    try (OutputStream out = Files.newOutputStream(file);
        CarpetWriter<T> writer =
            new CarpetWriter.Builder<>(out, type).withCompressionCodec(codec).build()) {
      writer.write(rows);
    }
    return file;
  }
}
