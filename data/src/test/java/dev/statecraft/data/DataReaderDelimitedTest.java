package dev.statecraft.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataReaderDelimitedTest {
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
  void tsvTakesQuotesBackslashesAndSpacesLiterally() throws IOException {
    List<Row> rows = read("a.tsv", "s\tlabel\n\"open\t0\n a \"b\"\\t \t1\n\t\"\"\n");
    assertThat(rows).extracting(row -> row.text("s")).containsExactly("\"open", " a \"b\"\\t ", "");
    assertThat(rows).extracting(row -> row.text("label")).containsExactly("0", "1", "\"\"");
    assertThat(rows).extracting(Row::line).containsExactly(2L, 3L, 4L);
    assertThat(rows).extracting(Row::number).containsExactly(1, 2, 3);
    assertThat(rows.get(0).values().keySet()).containsExactly("s", "label");
  }

  @Test
  void tsvWithoutAHeaderUsesTheGivenNames() throws IOException {
    Path file = new TempFile(folder).write("a.tsv", "x\t1\t\tHello.\ny\t0\t*\tHello the.\n");
    DataFormat format =
        DataFormat.byEnding().withoutHeader(List.of("source", "label", "mark", "sentence"));
    List<Row> rows = DataReader.read(file, format);
    assertThat(rows).extracting(row -> row.text("mark")).containsExactly("", "*");
    assertThat(rows.get(1).text("sentence")).isEqualTo("Hello the.");
    assertThat(rows.get(0).line()).isEqualTo(1);
  }

  @Test
  void csvIsQuotedAsInRfc4180() throws IOException {
    List<Row> rows =
        read(
            "a.csv",
            "text,label\r\n\"a, \"\"b\"\"\r\nc\",1\r\nplain, 2 \r\n\"\",\"x\n\ny\"\r\nz,3");
    assertThat(rows)
        .extracting(row -> row.text("text"))
        .containsExactly("a, \"b\"\r\nc", "plain", "", "z");
    assertThat(rows)
        .extracting(row -> row.text("label"))
        .containsExactly("1", " 2 ", "x\n\ny", "3");
    assertThat(rows).extracting(Row::line).containsExactly(2L, 4L, 5L, 8L);
  }

  @Test
  void aByteOrderMarkIsNotPartOfTheHeader() throws IOException {
    assertThat(read("a.csv", "\uFEFFtext,label\na,1\n").get(0).text("text")).isEqualTo("a");
  }

  @Test
  void blankLinesAreSkippedButCountedAsLines() throws IOException {
    List<Row> rows = read("a.tsv", "a\tb\n\n1\t2\n\n\n3\t4\n\n");
    assertThat(rows).extracting(Row::line).containsExactly(3L, 6L);
    assertThat(rows).extracting(Row::number).containsExactly(1, 2);
  }

  @Test
  void anotherNumberOfColumnsIsReportedWithItsLine() throws IOException {
    assertRejected(
        "a.tsv", "a\tb\n1\t2\n1\t2\t3\n", "row 2 (line 3): ", "2 columns [a, b]", "found 3");
    assertRejected(
        "a.csv", "a,b\n\"1\n1\",2\n\"x\ny\"\n", "row 2 (line 4): ", "expected 2", "found 1");
    Path file = new TempFile(folder).write("b.tsv", "1\t2\n");
    DataFormat format = DataFormat.byEnding().withoutHeader(List.of("x", "y", "z"));
    assertThatThrownBy(() -> DataReader.read(file, format))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll("line 1", "3 columns [x, y, z]", "found 2");
  }

  @Test
  void aHeaderThatNamesAColumnTwiceIsAnError() throws IOException {
    assertRejected("a.csv", "a,b,a\n1,2,3\n", "column 'a' twice");
  }

  @Test
  void emptyFilesAreErrors() throws IOException {
    assertRejected("a.tsv", "", "is empty");
    assertRejected("a.csv", "\n", "is empty");
    assertRejected("a.csv", "a,b\n", "at least one row");
  }

  @Test
  void brokenQuotingIsAnError() throws IOException {
    assertRejected(
        "a.csv", "a,b\n\"x\"y,2\n", "row 1: invalid CSV: text after a closing quote in line 2");
    assertRejected(
        "a.csv", "a,b\n1,\"open\n", "row 1: invalid CSV: a quote of line 2 that is not closed");
  }

  @Test
  void bytesThatAreNotUtf8AreAnError() throws IOException {
    Path file = new TempFile(folder).write("a.tsv", "a\n\u00e4\n".getBytes(ISO_8859_1));
    assertThatThrownBy(() -> DataReader.read(file, DataFormat.byEnding()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected UTF-8");
  }

  @Test
  void anotherSeparatorIsNamedOrGuessed() throws IOException {
    Path file = new TempFile(folder).write("a.csv", "a;b\n\"x;y\";1,5\n");
    Row row = DataReader.read(file, DataFormat.byEnding().separatedBy(';')).get(0);
    assertThat(row.text("a")).isEqualTo("x;y");
    assertThat(row.text("b")).isEqualTo("1,5");
    for (String[] guess : new String[][] {{";", "';'"}, {"\t", "tab"}, {"|", "'|'"}}) {
      assertRejected(
          "a.csv",
          "a" + guess[0] + "b\nx" + guess[0] + "y\n",
          "expected columns separated by ',', found one, 'a",
          "; did you mean data.separator: " + guess[1] + "?");
    }
    assertRejected("a.tsv", "a,b\nx,y\n", "separated by tabs, found one, 'a,b'; did you mean ");
    Path one = new TempFile(folder).write("b.csv", "a\nx;y\n");
    assertThat(DataReader.read(one, DataFormat.byEnding())).hasSize(1);
  }

  @Test
  void aShortAndALongRowAreNamed() throws IOException {
    assertRejected(
        "a.csv", "a,b\n1,2\n\n3\n", "a.csv row 2 (line 4): expected 2 columns [a, b], found 1");
    assertRejected(
        "a.csv", "a,b\n1,2\n3,4,\n", "a.csv row 2 (line 3): expected 2 columns [a, b], found 3");
  }
}
