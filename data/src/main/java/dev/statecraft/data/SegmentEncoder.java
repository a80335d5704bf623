package dev.statecraft.data;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Turns segments into labelled tokens.
 *
 * <p>Segments are tokenized <em>one by one</em>, without the tokenizer's special tokens, and their
 * ids are joined. No token therefore straddles the border of a prompt and its completion, and a
 * prompt has the same ids in training as it has alone at inference. The price is that the ids can
 * differ from those of the joined text around a border; a tokenizer that puts a space before every
 * text (SentencePiece's dummy prefix) puts one before each segment.
 *
 * <p>BOS, if there is one, is put first and is not learned. EOS, if there is one, is put last and
 * is learned, provided the last segment is: it is part of what the model is to write. Neither is
 * added where the segments' own text, such as a chat template's, already begins or ends with it.
 *
 * @param tokenizer tokenizes one segment
 * @param bosId the token that begins a text
 * @param eosId the token that ends a completion
 */
public record SegmentEncoder(TokenEncoder tokenizer, OptionalInt bosId, OptionalInt eosId)
    implements ExampleEncoder {

  @Override
  public LabelledTokens encode(List<Segment> segments) {
    List<int[]> encoded = encodeEach(segments);
    int[] bos = missingBos(encoded);
    int[] eos = missingEos(segments, encoded);

    int[] ids =
        join(Stream.concat(Stream.concat(Stream.of(bos), encoded.stream()), Stream.of(eos)));
    int[] labels = ids.clone();
    int start = bos.length;
    for (int i = 0; i < encoded.size(); i++) {
      int end = start + encoded.get(i).length;
      if (!segments.get(i).learned()) {
        Arrays.fill(labels, start, end, LabelledTokens.IGNORED);
      }
      start = end;
    }
    if (labels.length > 0) {
      labels[0] = LabelledTokens.IGNORED;
    }
    return new LabelledTokens(ids, labels);
  }

  /**
   * What the model is given at inference: the tokens before the last learned segment, or all tokens
   * if none is learned, with BOS and without EOS.
   */
  public int[] encodePrompt(List<Segment> segments) {
    int end = segments.size();
    for (int i = 0; i < segments.size(); i++) {
      if (segments.get(i).learned()) {
        end = i;
      }
    }
    List<int[]> encoded = encodeEach(segments.subList(0, end));
    return join(Stream.concat(Stream.of(missingBos(encoded)), encoded.stream()));
  }

  private List<int[]> encodeEach(List<Segment> segments) {
    return segments.stream().map(segment -> tokenizer.encode(segment.text(), false)).toList();
  }

  private int[] missingBos(List<int[]> encoded) {
    if (bosId.isEmpty()) {
      return new int[0];
    }
    int bos = bosId.getAsInt();
    boolean present = !encoded.isEmpty() && startsWith(encoded.get(0), bos);
    return present ? new int[0] : new int[] {bos};
  }

  private int[] missingEos(List<Segment> segments, List<int[]> encoded) {
    int last = segments.size() - 1;
    if (eosId.isEmpty() || last < 0 || !segments.get(last).learned()) {
      return new int[0];
    }
    int eos = eosId.getAsInt();
    return endsWith(encoded.get(last), eos) ? new int[0] : new int[] {eos};
  }

  private static boolean startsWith(int[] ids, int id) {
    return ids.length > 0 && ids[0] == id;
  }

  private static boolean endsWith(int[] ids, int id) {
    return ids.length > 0 && ids[ids.length - 1] == id;
  }

  private static int[] join(Stream<int[]> parts) {
    return parts.flatMapToInt(Arrays::stream).toArray();
  }
}
