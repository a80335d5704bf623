package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads every dataset file of the shared folder. */
@Tag("real-data")
class SharedDatasetsTest {
  private static final SegmentEncoder CHARACTERS =
      new SegmentEncoder(
          (text, special) -> text.codePoints().toArray(), OptionalInt.of(1), OptionalInt.of(2));

  /** {@code statecraft.shared}, which may be relative to the repository's root. */
  private static Path shared(String file) {
    return Path.of(System.getProperty("statecraft.root"))
        .resolve(System.getProperty("statecraft.shared"))
        .resolve("data")
        .resolve(file);
  }

  @ParameterizedTest
  @CsvSource({
    "ARC-Challenge/train.json, 1119, answer[1-5]",
    "ARC-Challenge/test.json, 1172, answer[1-5]",
    "ARC-Easy/train.json, 2251, answer[1-5]",
    "ARC-Easy/test.json, 2376, answer[1-5]",
    "boolq/train.json, 9427, true|false",
    "boolq/test.json, 3270, true|false",
    "hellaswag/test.json, 1000, ending[1-4]",
    "openbookqa/train.json, 4957, answer[1-4]",
    "openbookqa/test.json, 500, answer[1-4]",
    "piqa/test.json, 1838, solution[12]",
    "social_i_qa/test.json, 1954, answer[1-3]",
    "winogrande/test.json, 1267, option[12]"
  })
  void commonsenseIsAlpaca(String file, int count, String answers) {
    List<Row> rows = DataReader.read(shared("commonsense/" + file), DataFormat.byEnding());
    assertThat(rows).hasSize(count);
    for (Row row : rows) {
      assertThat(InstructionFormat.detect(row)).isEqualTo(InstructionFormat.ALPACA);
      assertThat(row.text("answer")).matches(answers);
      List<Segment> segments = InstructionFormat.ALPACA.segments(row);
      assertThat(segments.get(0).text())
          .startsWith("Below is an instruction")
          .contains(row.text("instruction"))
          .endsWith("\n\n### Response:\n");
      assertThat(segments.get(1).text()).isEqualTo("the correct answer is " + row.text("answer"));
    }

    LabelledSet set = LabelledSet.of(rows, InstructionFormat.ALPACA::segments, CHARACTERS, 100_000);
    assertThat(set.examples()).hasSize(count);
    assertThat(set.truncated()).isZero();
    LabelledTokens first = set.examples().get(0);
    assertThat(first.learned()).isEqualTo(rows.get(0).text("output").length() + 1);
    assertThat(first.labels()[first.length() - 1]).isEqualTo(2);
  }

  @Test
  void hellaSwagsOwnFileIsJsonLines() {
    List<Row> rows =
        DataReader.read(shared("commonsense/hellaswag/val_1000.jsonl"), DataFormat.byEnding());
    assertThat(rows).hasSize(1000);
    assertThat(rows).allMatch(row -> row.value("endings").size() == 4);
    assertThat(rows).allMatch(row -> row.text("label").matches("[0-3]"));
    assertThat(rows.get(999).line()).isEqualTo(1000);
  }

  @ParameterizedTest
  @CsvSource({"train.tsv, 9662", "dev.tsv, 1000"})
  void movieReviewsAreBinarySentences(String file, int count) {
    List<TextExample> examples =
        examples(
            "glue/MR-sentence-polarity/" + file,
            DataFormat.byEnding(),
            Map.of("text", "sentence", "label", "label"),
            count);
    assertThat(LabelVocabulary.of(examples).labels()).containsExactly("0", "1");
    assertThat(examples).anyMatch(example -> example.text().contains("\""));
  }

  @ParameterizedTest
  @CsvSource({"train.tsv, 3600", "dev.tsv, 1200"})
  void blimpHasFourColumnsWithoutAHeader(String file, int count) {
    List<TextExample> examples =
        examples(
            "glue/BLiMP/" + file,
            DataFormat.byEnding()
                .withoutHeader(List.of("source", "label", "annotation", "sentence")),
            Map.of("text", "sentence", "label", "label"),
            count);
    assertThat(LabelVocabulary.of(examples).labels()).containsExactly("0", "1");
    assertThat(examples).allMatch(example -> !example.text().isBlank());
  }

  @Test
  void qnliIsPairsThatSplitByIndex() {
    List<TextExample> examples =
        examples(
            "glue/QNLI/dev.tsv",
            DataFormat.byEnding(),
            Map.of("text", "question", "pair", "sentence", "label", "label"),
            5463);
    assertThat(LabelVocabulary.of(examples).labels())
        .containsExactly("entailment", "not_entailment");
    DatasetSplit<TextExample> split = DatasetSplit.stratified(examples, TextExample::label, 0.2, 1);
    assertThat(split.heldOut()).hasSize(1093);
    assertThat(split.train()).hasSize(5463 - 1093);
    Set<TextExample> all = new HashSet<>(split.train());
    all.addAll(split.heldOut());
    assertThat(all).hasSize(5463);
    assertThat(entailed(split.heldOut()))
        .isBetween(0.2 * entailed(examples) - 1, 0.2 * entailed(examples) + 1);
  }

  private static double entailed(List<TextExample> examples) {
    return examples.stream().filter(example -> example.label().equals("entailment")).count();
  }

  @ParameterizedTest
  @CsvSource({"train.tsv, 1000", "dev.tsv, 375", "test-labeled.tsv, 375"})
  void stsbIsPairsWithAScore(String file, int count) {
    List<TextExample> examples =
        examples(
            "glue/STS-B-ccbysa/" + file,
            DataFormat.byEnding(),
            Map.of("text", "sentence1", "pair", "sentence2", "label", "score"),
            count);
    assertThat(examples).allMatch(example -> example.score() >= 0 && example.score() <= 5);
    assertThat(examples).allMatch(example -> !example.pair().orElseThrow().isBlank());
  }

  private static List<TextExample> examples(
      String file, DataFormat format, Map<String, String> columns, int count) {
    List<Row> rows = DataReader.read(shared(file), format);
    assertThat(rows).hasSize(count);
    return TextColumns.of(columns).examples(rows);
  }
}
