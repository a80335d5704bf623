package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.tokenizer.TokenIds;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * The examples of a dataset that have something to learn, and an account of the others.
 *
 * @param examples those kept, each with at least one learned token, in the order of the rows
 * @param skipped those left out, in the order of the rows
 * @param truncated how many of those kept lost tokens
 */
public record LabelledSet(List<LabelledTokens> examples, List<Skipped> skipped, int truncated) {

  /** Why an example is left out. */
  public enum SkipReason {
    /** Nothing is learned at any length: no completion, or an empty one. */
    NOTHING_TO_LEARN("no text to learn"),
    /** What is left of it at the maximum length is not learned. */
    COMPLETION_CUT_OFF("prompt longer than the maximum length");

    private final String text;

    SkipReason(String text) {
      this.text = text;
    }

    /** The reason in words. */
    public String text() {
      return text;
    }
  }

  /**
   * An example that was left out.
   *
   * @param source where it is, see {@link Row#where()}
   * @param reason why it is left out
   * @param tokens its length before truncation
   */
  public record Skipped(String source, SkipReason reason, int tokens) {}

  /** Copies the lists; examples in an {@link ExampleStore} stay there. */
  public LabelledSet {
    examples = ExampleStore.immutable(examples);
    skipped = List.copyOf(skipped);
  }

  /**
   * Encodes a dataset, on all processors. An example longer than {@code maxLength} loses the tokens
   * at its end, EOS included, so that a model is not taught to stop in mid-sentence; one that keeps
   * no learned token is skipped.
   *
   * @param rendering from a row to its segments, such as {@link InstructionFormat#segments(Row)}
   * @param maxLength the most tokens of an example, at least 2
   * @throws InvalidInputException if a row cannot be rendered, or no example is left
   */
  public static LabelledSet of(
      List<Row> rows,
      Function<Row, List<Segment>> rendering,
      ExampleEncoder encoder,
      int maxLength) {
    Builder builder =
        new Builder(
            rendering,
            encoder,
            TokenLimits.ofLength(maxLength),
            ExampleStore.Room.ofProcess(),
            length -> {});
    rows.forEach(builder);
    return builder.build();
  }

  /** Encodes rows as they come, as {@link #of} does; nothing but what came of them is kept. */
  public static final class Builder implements Consumer<Row> {
    private final Function<Row, List<Segment>> rendering;
    private final TokenLimits limits;
    private final ParallelEncoding<Rendered, LabelledTokens> encoding;
    private final ExampleStore.Builder<LabelledTokens> examples;
    private final IntConsumer wholeLengths;
    private final List<Skipped> skipped = new ArrayList<>();
    private int truncated;

    /**
     * Nothing yet.
     *
     * @param rendering from a row to its segments
     * @param limits of an example
     * @param room where encoded examples are kept
     * @param wholeLengths is told how many tokens each example that is kept has before it is
     *     shortened
     */
    public Builder(
        Function<Row, List<Segment>> rendering,
        ExampleEncoder encoder,
        TokenLimits limits,
        ExampleStore.Room room,
        IntConsumer wholeLengths) {
      this.rendering = rendering;
      this.limits = limits;
      this.wholeLengths = wholeLengths;
      encoding =
          new ParallelEncoding<>(
              rendered -> encoder.encode(rendered.segments()), Rendered::source, this::take);
      examples = ExampleStore.builder(LabelledTokens.CODEC, room);
    }

    /**
     * Takes a row.
     *
     * @throws InvalidInputException if it, or one before it, cannot be rendered or encoded; the
     *     message names the row
     */
    @Override
    public void accept(Row row) {
      // Rendering is cheap and names the first row that cannot be rendered; encoding is neither.
      String source = row.where();
      encoding.accept(new Rendered(source, Located.at(source, () -> rendering.apply(row))));
    }

    /**
     * The set of all rows.
     *
     * @throws InvalidInputException if no example has something to learn
     */
    public LabelledSet build() {
      encoding.flush();
      LabelledSet set = new LabelledSet(examples.build(), skipped, truncated);
      if (set.examples().isEmpty()) {
        throw new InvalidInputException(
            "no example has a token to learn at a maximum length of "
                + limits.maxLength()
                + ": "
                + set.summary()
                + (skipped.isEmpty()
                    ? ""
                    : "; the first is "
                        + skipped.get(0).source()
                        + ", "
                        + skipped.get(0).tokens()
                        + " tokens"));
      }
      return set;
    }

    private void take(Rendered rendered, LabelledTokens whole) {
      TokenIds.check(whole.ids(), limits.vocabSize(), rendered.source());
      LabelledTokens kept = limits.fitted(whole);
      if (kept.learned() > 0) {
        examples.add(kept);
        wholeLengths.accept(whole.length());
        truncated += kept.length() < whole.length() ? 1 : 0;
      } else {
        SkipReason reason =
            whole.learned() == 0 ? SkipReason.NOTHING_TO_LEARN : SkipReason.COMPLETION_CUT_OFF;
        skipped.add(new Skipped(rendered.source(), reason, whole.length()));
      }
    }

    private record Rendered(String source, List<Segment> segments) {}
  }

  /** How many examples were left out for each reason that occurred. */
  public Map<SkipReason, Integer> skippedByReason() {
    Map<SkipReason, Integer> counts = new EnumMap<>(SkipReason.class);
    skipped.forEach(skip -> counts.merge(skip.reason(), 1, Integer::sum));
    return counts;
  }

  /** One line for the user: how many examples were kept, truncated and left out, and why. */
  public String summary() {
    String line =
        "kept "
            + examples.size()
            + " of "
            + (examples.size() + skipped.size())
            + " examples, "
            + truncated
            + " of them truncated";
    return skipped.isEmpty()
        ? line
        : line
            + "; left out "
            + skippedByReason().entrySet().stream()
                .map(entry -> entry.getValue() + " (" + entry.getKey().text() + ")")
                .collect(Collectors.joining(", "));
  }
}
