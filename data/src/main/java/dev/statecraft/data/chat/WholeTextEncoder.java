package dev.statecraft.data.chat;

import dev.statecraft.data.ExampleEncoder;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.data.Segment;
import dev.statecraft.formats.tokenizer.TokenSpans;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Tokenizes the text of all segments at once, as transformers does with a rendered conversation,
 * and adds no BOS: the template writes what it wants. A token that holds anything of a learned
 * segment is learned, as in transformers' {@code assistant_masks}.
 *
 * @param tokenizer tokens of a text with their places in it
 * @param eosId put at the end, and learned, if the last segment is; empty where the text itself
 *     says that the turn ends
 */
record WholeTextEncoder(Function<String, TokenSpans> tokenizer, OptionalInt eosId)
    implements ExampleEncoder {
  @Override
  public LabelledTokens encode(List<Segment> segments) {
    StringBuilder text = new StringBuilder();
    segments.forEach(segment -> text.append(segment.text()));
    TokenSpans tokens = tokenizer.apply(text.toString());
    int[] ids = tokens.ids();
    int[] labels = new int[ids.length];
    Arrays.fill(labels, LabelledTokens.IGNORED);
    int start = 0;
    for (Segment segment : segments) {
      int end = start + segment.text().length();
      if (segment.learned()) {
        label(tokens, start, end, ids, labels);
      }
      start = end;
    }
    if (labels.length > 0) {
      // Nothing comes before it from which it could be predicted.
      labels[0] = LabelledTokens.IGNORED;
    }
    LabelledTokens whole = new LabelledTokens(ids, labels);
    return endsLearned(segments) && eosId.isPresent() ? withEos(whole) : whole;
  }

  private static void label(TokenSpans tokens, int start, int end, int[] ids, int[] labels) {
    int[] starts = tokens.starts();
    int[] ends = tokens.ends();
    int first = 0;
    while (first < ids.length && ends[first] <= start) {
      first++;
    }
    for (int t = first; t < ids.length && starts[t] < end; t++) {
      labels[t] = ids[t];
    }
  }

  private static boolean endsLearned(List<Segment> segments) {
    return !segments.isEmpty() && segments.get(segments.size() - 1).learned();
  }

  private LabelledTokens withEos(LabelledTokens whole) {
    int eos = eosId.getAsInt();
    int length = whole.length();
    int[] ids = whole.ids();
    if (length == 0 || ids[length - 1] == eos) {
      return whole;
    }
    int[] longer = Arrays.copyOf(ids, length + 1);
    int[] labels = Arrays.copyOf(whole.labels(), length + 1);
    longer[length] = eos;
    labels[length] = eos;
    return new LabelledTokens(longer, labels);
  }
}
