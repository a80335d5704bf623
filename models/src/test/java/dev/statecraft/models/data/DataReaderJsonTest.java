package dev.statecraft.models.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.models.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataReaderJsonTest {
  @TempDir Path folder;

  private List<Row> read(String name, String content) throws IOException {
    return DataReader.read(new TempFile(folder).write(name, content), DataFormat.byEnding());
  }

  private void assertRejected(String name, String content, String... messageParts)
      throws IOException {
    Path file = new TempFile(folder).write(name, content);
    assertThatThrownBy(() -> DataReader.read(file, DataFormat.byEnding()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContainingAll(messageParts);
  }

  @Test
  void readsAnArrayOfObjects() throws IOException {
    List<Row> rows =
        read("a.json", "[\n {\"b\": \"x\", \"a\": 3, \"n\": null},\n {\"b\": [1, 2]}\n]\n");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).values().keySet()).containsExactly("b", "a", "n");
    assertThat(rows.get(0).text("b")).isEqualTo("x");
    assertThat(rows.get(0).text("a")).isEqualTo("3");
    assertThat(rows.get(0).optionalText("n")).isEmpty();
    assertThat(rows.get(1).value("b").size()).isEqualTo(2);
    assertThat(rows.get(1).number()).isEqualTo(2);
    assertThat(rows.get(1).line()).isEqualTo(3);
    assertThat(rows.get(1).where()).isEqualTo(folder.resolve("a.json") + " row 2 (line 3)");
  }

  @Test
  void readsAnObjectWithADataArray() throws IOException {
    String json = "{\"version\": {\"data\": [0]}, \"data\": [{\"t\": \"x\"}], \"more\": [[1]]}";
    assertThat(read("a.json", json)).extracting(row -> row.text("t")).containsExactly("x");
  }

  @Test
  void readsJsonLines() throws IOException {
    List<Row> rows = read("a.jsonl", "{\"t\": \"x\"}\r\n\n{\"t\": \"y\\nz\"}");
    assertThat(rows).extracting(row -> row.text("t")).containsExactly("x", "y\nz");
    assertThat(rows).extracting(Row::line).containsExactly(1L, 3L);
    assertThat(rows).extracting(Row::number).containsExactly(1, 2);
  }

  @Test
  void aByteOrderMarkIsSkipped() throws IOException {
    assertThat(read("a.json", "\uFEFF[{\"t\": \"x\"}]")).hasSize(1);
    assertThat(read("a.jsonl", "\uFEFF{\"t\": \"x\"}").get(0).text("t")).isEqualTo("x");
  }

  @Test
  void theFormatCanBeNamedForAnyEnding() throws IOException {
    Path file = new TempFile(folder).write("a.txt", "{\"t\": \"x\"}\n{\"t\": \"y\"}\n");
    assertThat(DataReader.read(file, DataFormat.of(FileFormat.JSONL))).hasSize(2);
  }

  @Test
  void rowsCannotBeChanged() throws IOException {
    List<Row> rows = read("a.json", "[{\"t\": \"x\"}]");
    assertThatThrownBy(rows::clear).isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> rows.get(0).values().clear())
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aMissingFileAndAFolderAreErrors() {
    Path missing = folder.resolve("no.json");
    assertThatThrownBy(() -> DataReader.read(missing, DataFormat.byEnding()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(missing + ": data file not found");
    assertThatThrownBy(() -> DataReader.read(folder, DataFormat.of(FileFormat.JSON)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("found a folder");
  }

  @Test
  void emptyFilesAreErrors() throws IOException {
    assertRejected("a.json", "", "is empty");
    assertRejected("a.jsonl", "", "is empty");
    assertRejected("a.json", "[]", "at least one row");
    assertRejected("a.json", "{\"data\": []}", "at least one row");
    assertRejected("a.jsonl", "\n\n", "at least one row");
  }

  @Test
  void invalidJsonIsReportedWithItsLine() throws IOException {
    assertRejected("a.json", "[{\"t\": 1},\n{\"t\": oops}]", "line 2", "invalid JSON", "oops");
    assertRejected("a.json", "[{\"t\": 1},\n{\"t\": 2}", "line 2", "invalid JSON");
    assertRejected("a.json", "{\"data\": [{\"t\": 1}]", "invalid JSON");
    assertRejected("a.json", "[{\"t\": 1}]\n[]", "line 2", "end of the file");
    assertRejected("a.jsonl", "{\"t\": 1}\n{\"t\": 1", "line 2", "invalid JSON");
    assertRejected("a.jsonl", "{\"t\": 1}\n{\"t\": 1} {\"t\": 2}", "line 2", "invalid JSON");
  }

  @Test
  void aKeyGivenTwiceIsAnError() throws IOException {
    assertRejected("a.json", "[{\"t\": 1,\n\"t\": 2}]", "line 2", "Duplicate field 't'");
    assertRejected("a.jsonl", "{\"t\": 1, \"t\": 2}", "line 1", "Duplicate field 't'");
    assertRejected("a.json", "{\"data\": [{}], \"data\": [{}]}", "Duplicate field 'data'");
  }

  @Test
  void anotherShapeIsAnError() throws IOException {
    assertRejected("a.json", "\"x\"", "array of objects", "found VALUE_STRING");
    assertRejected("a.json", "{\"rows\": [], \"a\": 1}", "'data'", "[a, rows]", "jsonl");
    assertRejected("a.json", "{\n\"data\": {\"t\": 1}}", "line 2", "array of objects");
    assertRejected("a.json", "[{},\n4]", "line 2", "expected an object, found number");
    assertRejected("a.jsonl", "{}\n[1]", "line 2", "expected an object, found array");
  }

  @Test
  void columnNamesAreNotForJson() throws IOException {
    Path file = new TempFile(folder).write("a.json", "[{}]");
    DataFormat format = DataFormat.byEnding().withoutHeader(List.of("t"));
    assertThatThrownBy(() -> DataReader.read(file, format))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("column names are for CSV and TSV");
  }

  @Test
  void bytesThatAreNotUtf8AreAnError() throws IOException {
    for (String name : List.of("a.json", "a.jsonl")) {
      Path file = new TempFile(folder).write(name, "[{\"t\": \"\u00e4\"}]".getBytes(ISO_8859_1));
      assertThatThrownBy(() -> DataReader.read(file, DataFormat.byEnding()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("expected UTF-8");
    }
  }
}
