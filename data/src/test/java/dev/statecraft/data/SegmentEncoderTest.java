package dev.statecraft.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SegmentEncoderTest {
  private static final int BOS = 1;
  private static final int EOS = 2;

  /** A token a character; '<' is BOS and '>' is EOS. */
  private static int[] characters(String text) {
    return text.chars().map(c -> c == '<' ? BOS : c == '>' ? EOS : c).toArray();
  }

  private static final SegmentEncoder WITH_BOTH =
      new SegmentEncoder(
          (text, special) -> characters(text), OptionalInt.of(BOS), OptionalInt.of(EOS));

  private static final SegmentEncoder WITH_NONE =
      new SegmentEncoder(
          (text, special) -> characters(text), OptionalInt.empty(), OptionalInt.empty());

  @Test
  void promptIsMaskedAndCompletionWithEosIsLearned() {
    LabelledTokens tokens =
        WITH_BOTH.encode(List.of(Segment.prompt("ab"), Segment.completion("cd")));
    assertThat(tokens.ids()).containsExactly(BOS, 'a', 'b', 'c', 'd', EOS);
    assertThat(tokens.labels()).containsExactly(-100, -100, -100, 'c', 'd', EOS);
    assertThat(tokens.learned()).isEqualTo(3);
  }

  @Test
  void withoutBosTheFirstTokenIsNotLearned() {
    LabelledTokens tokens = WITH_NONE.encode(List.of(Segment.completion("abc")));
    assertThat(tokens.ids()).containsExactly('a', 'b', 'c');
    assertThat(tokens.labels()).containsExactly(-100, 'b', 'c');
  }

  @Test
  void severalTurns() {
    LabelledTokens tokens =
        WITH_BOTH.encode(
            List.of(
                Segment.prompt("a"),
                Segment.completion("b"),
                Segment.prompt("c"),
                Segment.completion("d")));
    assertThat(tokens.ids()).containsExactly(BOS, 'a', 'b', 'c', 'd', EOS);
    assertThat(tokens.labels()).containsExactly(-100, -100, 'b', -100, 'd', EOS);
  }

  @Test
  void eosFollowsOnlyALearnedEnd() {
    LabelledTokens tokens = WITH_BOTH.encode(List.of(Segment.completion("a"), Segment.prompt("b")));
    assertThat(tokens.ids()).containsExactly(BOS, 'a', 'b');
    assertThat(tokens.labels()).containsExactly(-100, 'a', -100);
  }

  @Test
  void anEmptyCompletionLearnsToStop() {
    LabelledTokens tokens = WITH_BOTH.encode(List.of(Segment.prompt("a"), Segment.completion("")));
    assertThat(tokens.ids()).containsExactly(BOS, 'a', EOS);
    assertThat(tokens.labels()).containsExactly(-100, -100, EOS);
  }

  @Test
  void specialTokensThatTheTextAlreadyHasAreNotDoubled() {
    LabelledTokens tokens =
        WITH_BOTH.encode(List.of(Segment.prompt("<a"), Segment.completion("b>")));
    assertThat(tokens.ids()).containsExactly(BOS, 'a', 'b', EOS);
    assertThat(tokens.labels()).containsExactly(-100, -100, 'b', EOS);
  }

  @Test
  void anEosThatEndsThePromptIsNoReasonToLeaveOutTheCompletionsOwn() {
    LabelledTokens tokens = WITH_BOTH.encode(List.of(Segment.prompt("a>"), Segment.completion("")));
    assertThat(tokens.labels()).containsExactly(-100, -100, -100, EOS);
  }

  @Test
  void segmentsAreTokenizedOneByOneWithoutSpecialTokens() {
    List<String> calls = new ArrayList<>();
    TokenEncoder recording =
        (text, special) -> {
          calls.add(text + " " + special);
          return new int[] {calls.size() + 10};
        };
    SegmentEncoder encoder =
        new SegmentEncoder(recording, OptionalInt.empty(), OptionalInt.empty());
    assertThat(encoder.encode(List.of(Segment.prompt("a"), Segment.completion("b"))).ids())
        .containsExactly(11, 12);
    assertThat(calls).containsExactly("a false", "b false");
  }

  @Test
  void thePromptAtInferenceIsThePromptInTraining() {
    List<Segment> segments =
        List.of(
            Segment.prompt("a"),
            Segment.completion("b"),
            Segment.prompt("cd"),
            Segment.completion("e"));
    assertThat(WITH_BOTH.encodePrompt(segments)).containsExactly(BOS, 'a', 'b', 'c', 'd');
    assertThat(WITH_BOTH.encode(segments).ids()).startsWith(WITH_BOTH.encodePrompt(segments));
    assertThat(WITH_BOTH.encodePrompt(List.of(Segment.prompt("a")))).containsExactly(BOS, 'a');
    assertThat(WITH_BOTH.encodePrompt(List.of(Segment.completion("a")))).containsExactly(BOS);
  }

  @Test
  void noSegmentsAreNoTokensButBos() {
    assertThat(WITH_BOTH.encode(List.of()).ids()).containsExactly(BOS);
    assertThat(WITH_NONE.encode(List.of()).length()).isZero();
  }

  @Test
  void labelledTokensAreCheckedValues() {
    LabelledTokens tokens = new LabelledTokens(new int[] {5, 6, 7}, new int[] {-100, 6, -100});
    assertThat(tokens)
        .isEqualTo(new LabelledTokens(new int[] {5, 6, 7}, new int[] {-100, 6, -100}))
        .hasSameHashCodeAs(new LabelledTokens(new int[] {5, 6, 7}, new int[] {-100, 6, -100}))
        .isNotEqualTo(new LabelledTokens(new int[] {5, 6, 7}, new int[] {-100, -100, 7}))
        .hasToString("LabelledTokens[ids=[5, 6, 7], labels=[-100, 6, -100]]");
    tokens.ids()[0] = 9;
    tokens.labels()[1] = -100;
    assertThat(tokens.ids()).containsExactly(5, 6, 7);
    assertThat(tokens.learned()).isEqualTo(1);
    assertThat(tokens.truncated(3)).isSameAs(tokens);
    assertThat(tokens.truncated(1).ids()).containsExactly(5);
    assertThatThrownBy(() -> new LabelledTokens(new int[2], new int[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LabelledTokens(new int[] {5, 6}, new int[] {-100, 7}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("position 1");
    assertThatThrownBy(() -> new LabelledTokens(new int[] {5}, new int[] {5}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
