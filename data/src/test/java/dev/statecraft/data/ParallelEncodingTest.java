package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ParallelEncodingTest {
  private static List<String> encoded(int count, IntFunction<String> encoding) {
    List<String> results = new ArrayList<>();
    ParallelEncoding<Integer, String> all =
        new ParallelEncoding<>(
            encoding::apply, i -> "d.jsonl row " + i, (source, result) -> results.add(result));
    IntStream.rangeClosed(1, count).forEach(all::accept);
    all.flush();
    return results;
  }

  @Test
  void resultsComeInOrder() {
    assertThat(encoded(1500, i -> "r" + i))
        .isEqualTo(IntStream.rangeClosed(1, 1500).mapToObj(i -> "r" + i).toList());
  }

  @Test
  void theFirstRowThatFailsIsNamed() {
    assertThatThrownBy(
            () ->
                encoded(
                    1500,
                    i -> {
                      if (i == 700 || i == 701 || i == 1000) {
                        throw new InvalidInputException("no such token");
                      }
                      return "";
                    }))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("d.jsonl row 700: no such token");
    assertThatThrownBy(() -> encoded(9, i -> "x".substring(i - 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("d.jsonl row 1: java.lang.StringIndexOutOfBounds");
  }

  @Test
  void aRowThatIsNamedAlreadyIsNamedOnceAndACancellationStaysOne() {
    assertThatThrownBy(
            () ->
                encoded(
                    3,
                    i -> {
                      throw new InvalidInputException("d.jsonl row " + i + ": bad");
                    }))
        .hasMessage("d.jsonl row 1: bad");
    assertThatThrownBy(
            () ->
                encoded(
                    3,
                    i -> {
                      throw new CancellationException();
                    }))
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void aRowThatATemplateRefusesIsNamed() {
    List<Row> rows =
        IntStream.rangeClosed(1, 9)
            .mapToObj(i -> Rows.row(i, "{'text': '" + (i == 6 ? "system" : "w") + "'}"))
            .toList();
    assertThatThrownBy(
            () ->
                LabelledSet.of(
                    rows,
                    row -> {
                      if (row.text("text").equals("system")) {
                        throw new InvalidInputException("chat line 1: no such role");
                      }
                      return InstructionFormat.TEXT.segments(row);
                    },
                    new SegmentEncoder(
                        (text, special) -> text.chars().toArray(),
                        OptionalInt.empty(),
                        OptionalInt.empty()),
                    8))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("test.json row 6 (line 6): chat line 1: no such role");
  }
}
