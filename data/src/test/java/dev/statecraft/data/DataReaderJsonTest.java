package dev.statecraft.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
    assertRejected("a.jsonl", "{\"t\": 1},\n{\"t\": 2}", "row 2 (line 1): ", "an unexpected ','");
    assertRejected("a.json", "[{\"t\": 1},]", "row 2 (line 1): invalid JSON: an unexpected ']'");
    assertRejected("a.json", "[{\"t\": 1,}]", "row 1 (line 1): invalid JSON: an unexpected '}'");
    assertRejected("a.jsonl", "{'t': 1}", "row 1 (line 1): invalid JSON: an unexpected '''");
    assertRejected(
        "a.jsonl", "{\"t\": \"\t\"}", "a control character (code 9) that is not escaped");
    assertRejected("a.jsonl", "{\"t\": \"\\x\"}", "a backslash before a character");
    assertRejected("a.jsonl", "{\"t\": 007}", "a number that is written in another way");
    assertRejected("a.jsonl", "[{\"t\":" + "[".repeat(1001), "row 1 (line 1)", "deeper than 1000");
    String deep = "{\"t\": ".repeat(5000);
    assertRejected("a.jsonl", deep, "row 1 (line 1)", "nested deeper than 1000");
    assertRejected("a.jsonl", "{\"t\": " + "1".repeat(2000) + "}", "more than 1000 digits");
  }

  @Test
  void noWordsOfTheLibraryReachTheUser() throws IOException {
    String whole = "[{\"t\": [1, -2.5e3, true, null], \"u\": \"a\\n\"},\n{\"t\": {}}]";
    for (int i = 0; i < whole.length(); i++) {
      for (char wrong : "\t,:[]{}\"'x0-\\".toCharArray()) {
        String text = whole.substring(0, i) + wrong + whole.substring(i + (i % 2));
        Path file = new TempFile(folder).write("a.json", text);
        try {
          DataReader.read(file, DataFormat.byEnding());
        } catch (InvalidInputException e) {
          assertThat(e.getMessage())
              .startsWith(file.toString())
              .doesNotContain("\n", "REDACTED", "fasterxml", "Unexpected", "token", "something");
        }
      }
    }
  }

  @Test
  void objectsAndArraysAreReadWhereverLinesBreak() throws IOException {
    String three = "{\"t\": 1} {\"t\":\n 2}\n\n{\"t\": 3}";
    String array = "[\n  {\n    \"t\": 1\n  },\n  {\"t\": 2}, {\"t\": 3}\n]\n";
    for (String name : List.of("a.json", "a.jsonl")) {
      for (String text : List.of(three, array, three.replace('\n', '\r'))) {
        List<Row> rows = read(name, text);
        assertThat(rows).extracting(row -> row.text("t")).containsExactly("1", "2", "3");
        assertThat(rows).extracting(Row::number).containsExactly(1, 2, 3);
      }
    }
    assertThat(read("a.jsonl", three)).extracting(Row::line).containsExactly(1L, 1L, 4L);
    assertThat(read("a.jsonl", array)).extracting(Row::line).containsExactly(2L, 5L, 5L);
  }

  @Test
  void whatIsNoNumberIsReadAndMissing() throws IOException {
    Row row = read("a.jsonl", "{\"t\": \"x\", \"u\": NaN, \"v\": -Infinity}").get(0);
    assertThat(row.text("t")).isEqualTo("x");
    assertThat(row.optionalText("u")).isEmpty();
    for (String column : List.of("u", "v")) {
      assertThatThrownBy(() -> row.text(column))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("' should be text or a number, found ")
          .hasMessageContaining(column.equals("u") ? "NaN" : "-Infinity");
    }
    String large = "123456789012345678901234567890";
    assertThat(read("a.jsonl", "{\"t\": " + large + "}").get(0).text("t")).isEqualTo(large);
  }

  @Test
  void filesOfAnotherKindAreNamed() throws IOException {
    for (Object[] known :
        new Object[][] {
          {"\uFEFF{\"t\": 1}".getBytes(StandardCharsets.UTF_16LE), "UTF-16; convert it"},
          {"\uFEFF{\"t\": 1}".getBytes(StandardCharsets.UTF_16BE), "UTF-16; convert it"},
          {"{\"t\": 1}".getBytes(StandardCharsets.UTF_16LE), "UTF-16; convert it"},
          {"{\"t\": 1}".getBytes(StandardCharsets.UTF_16BE), "UTF-16; convert it"},
          {new byte[] {0x1f, (byte) 0x8b, 8, 0}, "a gzip file; unpack it first"},
          {"PK\u0003\u0004".getBytes(ISO_8859_1), "a zip file or spreadsheet"},
          {"PAR1...".getBytes(ISO_8859_1), "a Parquet file; its format is parquet"},
          {
            "version https://git-lfs.github.com/spec/v1\n".getBytes(ISO_8859_1), "a Git LFS pointer"
          },
          {"a\0\0\0b".getBytes(ISO_8859_1), "a file that is no text"}
        }) {
      for (String name : List.of("a.json", "a.jsonl", "a.csv")) {
        Path file = new TempFile(folder).write(name, (byte[]) known[0]);
        assertThatThrownBy(() -> DataReader.read(file, DataFormat.byEnding()))
            .isInstanceOf(InvalidInputException.class)
            .hasMessageStartingWith(
                file + ": expected " + FileFormat.of(file) + " in UTF-8, found ")
            .hasMessageContaining((String) known[1]);
      }
    }
    Path packed = new TempFile(folder).write("a.jsonl.gz", "{}");
    assertThatThrownBy(() -> DataReader.read(packed, DataFormat.byEnding()))
        .hasMessage(packed + ": expected a data file that is not packed; unpack it first");
  }

  @Test
  void aKeyGivenTwiceIsAnError() throws IOException {
    assertRejected(
        "a.json", "[{\"t\": 1,\n\"t\": 2}]", "line 2", "invalid JSON: the key 't' twice");
    assertRejected("a.jsonl", "{\"t\": 1, \"t\": 2}", "line 1", "invalid JSON: the key 't' twice");
    assertRejected("a.json", "{\"data\": [{}], \"data\": [{}]}", "the key 'data' twice");
  }

  @Test
  void anotherShapeIsAnError() throws IOException {
    assertRejected("a.json", "\"x\"", "array of objects", "found a text");
    assertRejected("a.json", "{\"rows\": [], \"a\": 1}", "'data'", "[rows, a]", "jsonl");
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
