package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.LabelledSet.SkipReason;
import dev.statecraft.data.LabelledSet.Skipped;
import dev.statecraft.formats.tokenizer.TruncationSide;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class LabelledSetTest {
  private static final SegmentEncoder CHARACTERS =
      new SegmentEncoder(
          (text, special) -> text.chars().toArray(), OptionalInt.of(1), OptionalInt.of(2));

  private static LabelledSet encode(int maxLength, Row... rows) {
    return LabelledSet.of(
        List.of(rows), InstructionFormat.PROMPT_COMPLETION::segments, CHARACTERS, maxLength);
  }

  @Test
  void examplesAreKeptTruncatedOrSkippedAndAllAreAccountedFor() {
    LabelledSet set =
        encode(
            5,
            Rows.row(1, "{'prompt': 'ab', 'completion': 'c'}"),
            Rows.row(2, "{'prompt': 'abc', 'completion': 'de'}"),
            Rows.row(3, "{'prompt': 'abcd', 'completion': 'e'}"),
            Rows.row(4, "{'prompt': '', 'completion': 'abcd'}"));
    assertThat(set.examples())
        .containsExactly(
            new LabelledTokens(
                new int[] {1, 'a', 'b', 'c', 2}, new int[] {-100, -100, -100, 'c', 2}),
            new LabelledTokens(
                new int[] {1, 'a', 'b', 'c', 'd'}, new int[] {-100, -100, -100, -100, 'd'}),
            new LabelledTokens(
                new int[] {1, 'a', 'b', 'c', 'd'}, new int[] {-100, 'a', 'b', 'c', 'd'}));
    assertThat(set.truncated()).isEqualTo(2);
    assertThat(set.skipped())
        .containsExactly(new Skipped("test.json row 3 (line 3)", SkipReason.COMPLETION_CUT_OFF, 7));
    assertThat(set.skippedByReason()).isEqualTo(Map.of(SkipReason.COMPLETION_CUT_OFF, 1));
    assertThat(set.summary())
        .isEqualTo(
            "kept 3 of 4 examples, 2 of them truncated;"
                + " left out 1 (prompt longer than the maximum length)");
  }

  @Test
  void examplesWithoutACompletionAreSkippedForThatReason() {
    Row chat =
        Rows.row(
            2,
            "{'messages': [{'role': 'user', 'content': 'a'},"
                + "{'role': 'assistant', 'content': 'b'}]}");
    LabelledSet set =
        LabelledSet.of(
            List.of(Rows.row(1, "{'messages': [{'role': 'user', 'content': 'a'}]}"), chat),
            InstructionFormat.MESSAGES::segments,
            CHARACTERS,
            1000);
    assertThat(set.examples()).hasSize(1);
    assertThat(set.skippedByReason()).isEqualTo(Map.of(SkipReason.NOTHING_TO_LEARN, 1));
  }

  @Test
  void nothingSkippedIsSaidShortly() {
    LabelledSet set = encode(10, Rows.row("{'prompt': 'a', 'completion': 'b'}"));
    assertThat(set.summary()).isEqualTo("kept 1 of 1 examples, 0 of them truncated");
    assertThat(set.skippedByReason()).isEmpty();
  }

  @Test
  void aSetWithNothingToLearnIsAnError() {
    Row row = Rows.row("{'prompt': 'abcdef', 'completion': 'g'}");
    assertThatThrownBy(() -> encode(4, row))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContainingAll(
            "maximum length of 4", "kept 0 of 1", "1 (prompt longer", "test.json row 1");
    assertThatThrownBy(() -> encode(4))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("kept 0 of 0");
    assertThatThrownBy(() -> encode(1, row))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least 2 tokens");
  }

  @Test
  void theBeginningGoesWhereTheTokenizerSaysSo() {
    List<Integer> lengths = new ArrayList<>();
    LabelledSet.Builder builder =
        new LabelledSet.Builder(
            InstructionFormat.PROMPT_COMPLETION::segments,
            CHARACTERS,
            new TokenLimits(4, 128, TruncationSide.LEFT, OptionalInt.of(1)),
            ExampleStore.Room.ofProcess(),
            lengths::add);
    builder.accept(Rows.row(1, "{'prompt': 'abc', 'completion': 'de'}"));
    builder.accept(Rows.row(2, "{'prompt': '', 'completion': 'abcdef'}"));
    LabelledSet set = builder.build();
    assertThat(set.examples())
        .containsExactly(
            new LabelledTokens(new int[] {1, 'd', 'e', 2}, new int[] {-100, 'd', 'e', 2}),
            new LabelledTokens(new int[] {1, 'e', 'f', 2}, new int[] {-100, 'e', 'f', 2}));
    assertThat(set.truncated()).isEqualTo(2);
    assertThat(lengths).containsExactly(7, 8);
  }

  @Test
  void tokensThatTheModelLacksAreToldWithTheirRow() {
    LabelledSet.Builder builder =
        new LabelledSet.Builder(
            InstructionFormat.PROMPT_COMPLETION::segments,
            CHARACTERS,
            new TokenLimits(9, 'c', TruncationSide.RIGHT, OptionalInt.empty()),
            ExampleStore.Room.ofProcess(),
            length -> {});
    builder.accept(Rows.row(1, "{'prompt': 'a', 'completion': 'b'}"));
    builder.accept(Rows.row(2, "{'prompt': 'a', 'completion': 'c'}"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "test.json row 2 (line 2): expected token ids from 0 to below 99 (vocab_size of"
                + " config.json), found 99: the tokenizer is not this model's");
  }
}
