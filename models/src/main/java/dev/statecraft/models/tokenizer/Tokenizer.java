package dev.statecraft.models.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import dev.statecraft.models.InvalidInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokenizer of a pretrained model, from its {@code tokenizer.json}.
 *
 * <p>Gives the ids and the text that Python's tokenizers gives, with truncation and padding off
 * whatever the file says. A special token spelled out in a text is that token, there as here: text
 * from outside that holds {@code </s>} ends a sequence. Half a surrogate pair, which is no
 * character, is taken as U+FFFD.
 *
 * <p>Holds native memory until closed. May be used from several threads; not after {@link #close}.
 */
public final class Tokenizer implements AutoCloseable {
  private static final String OFFLINE = "ai.djl.offline";

  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;
  private final Truncation truncation;

  private Tokenizer(HuggingFaceTokenizer tokenizer, Vocabulary vocabulary, Truncation truncation) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
    this.truncation = truncation;
  }

  /**
   * Loads a {@code tokenizer.json}, with the {@code truncation_side} of the {@code
   * tokenizer_config.json} beside it.
   *
   * @throws InvalidInputException if there is no such file or it is not a tokenizer
   * @throws IOException if the file cannot be read
   * @throws IllegalStateException if the native library cannot be loaded
   */
  public static Tokenizer open(Path tokenizerJson) throws IOException {
    if (!Files.isRegularFile(tokenizerJson)) {
      throw new InvalidInputException(tokenizerJson + ": expected a tokenizer.json, found none");
    }
    return load(
        Files.readAllBytes(tokenizerJson),
        tokenizerJson.toString(),
        TruncationSide.read(tokenizerJson.resolveSibling("tokenizer_config.json")));
  }

  /**
   * Loads a {@code tokenizer.json} from elsewhere, for example the class path.
   *
   * @param in read to its end, not closed
   * @param source what error messages call it
   * @throws InvalidInputException if it is not a tokenizer
   * @throws IOException if the stream cannot be read
   * @throws IllegalStateException if the native library cannot be loaded
   */
  public static Tokenizer read(InputStream in, String source) throws IOException {
    return load(in.readAllBytes(), source, Optional.empty());
  }

  private static Tokenizer load(byte[] json, String source, Optional<TruncationSide> side)
      throws IOException {
    Vocabulary vocabulary = Vocabulary.parse(json, source);
    if (System.getProperty(OFFLINE) == null) {
      System.setProperty(OFFLINE, "true");
    }
    try {
      LibUtils.checkStatus();
    } catch (EngineException e) {
      throw new IllegalStateException(
          "the native tokenizer library cannot be loaded; it is unpacked into ~/.djl.ai or the"
              + " folder that the environment variable DJL_CACHE_DIR names",
          e);
    }
    Map<String, String> off = Map.of("truncation", "false", "padding", "false");
    try {
      return new Tokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), off),
          vocabulary,
          new Truncation(
              vocabulary.truncation().strategy(), side.orElse(vocabulary.truncation().side())));
    } catch (RuntimeException e) {
      // The native code has no type of its own for a file that it does not understand.
      throw new InvalidInputException(
          source + ": expected a tokenizer.json, found: " + e.getMessage(), e);
    }
  }

  /**
   * Ids of a text.
   *
   * @param addSpecialTokens whether to frame it with the model's special tokens, such as {@code
   *     [CLS]} and {@code [SEP]}
   * @return {@code [tokens]}
   * @throws IllegalStateException if closed
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    return ints(tokenizer.encode(wellFormed(text), addSpecialTokens, false).getIds());
  }

  /**
   * Ids of a text, without the model's special tokens around it, and which part of the text each
   * stands for.
   *
   * @throws IllegalStateException if closed
   */
  public TokenSpans encodeWithSpans(String text) {
    String formed = wellFormed(text);
    Encoding encoding = tokenizer.encode(formed, false, false);
    return TokenSpans.of(formed, ints(encoding.getIds()), encoding.getCharTokenSpans());
  }

  /**
   * Ids of two texts in one sequence, framed with the model's special tokens.
   *
   * @throws IllegalStateException if closed
   */
  public EncodedPair encodePair(String text, String pair) {
    Encoding encoding = tokenizer.encode(wellFormed(text), wellFormed(pair), true, false);
    return new EncodedPair(ints(encoding.getIds()), ints(encoding.getTypeIds()));
  }

  /**
   * Ids of a text or of two in one sequence, framed with the model's special tokens and shortened
   * as {@link #truncation} says. All special tokens that frame it stay.
   *
   * @param maxLength the most tokens of all
   * @throws InvalidInputException if it has to be shortened and special tokens alone leave no room
   * @throws IllegalStateException if closed
   */
  public FittedTokens encode(String text, Optional<String> pair, int maxLength) {
    Encoding encoding =
        pair.isPresent()
            ? tokenizer.encode(wellFormed(text), wellFormed(pair.get()), true, false)
            : tokenizer.encode(wellFormed(text), true, false);
    int[] ids = ints(encoding.getIds());
    int[] types = ints(encoding.getTypeIds());
    if (ids.length <= maxLength) {
      return new FittedTokens(new EncodedPair(ids, types), ids.length);
    }
    long[] sequences = encoding.getSequenceIds();
    int[] tokens = {count(sequences, 0), count(sequences, 1)};
    int special = ids.length - tokens[0] - tokens[1];
    if (maxLength <= special) {
      throw new InvalidInputException(
          "max_length: expected more than the "
              + special
              + " special tokens around "
              + (pair.isPresent() ? "a pair" : "a text")
              + ", found "
              + maxLength);
    }
    int[] kept = truncation.kept(tokens[0], tokens[1], maxLength - special);
    int[] seen = new int[2];
    int length = 0;
    for (int t = 0; t < ids.length; t++) {
      int sequence = Math.toIntExact(sequences[t]);
      boolean frames = sequence < 0 || sequence > 1;
      if (frames || truncation.keeps(seen[sequence]++, tokens[sequence], kept[sequence])) {
        ids[length] = ids[t];
        types[length++] = types[t];
      }
    }
    return new FittedTokens(
        new EncodedPair(Arrays.copyOf(ids, length), Arrays.copyOf(types, length)),
        sequences.length);
  }

  private static int count(long[] sequences, int which) {
    return (int) Arrays.stream(sequences).filter(sequence -> sequence == which).count();
  }

  /** How texts that are too long are shortened. */
  public Truncation truncation() {
    return truncation;
  }

  /**
   * Text of ids. Ids that the vocabulary does not have give no text, as in Python: the embedding of
   * a model often has a few more rows than its tokenizer has tokens.
   *
   * @param skipSpecialTokens whether to leave special tokens out
   * @throws IllegalArgumentException if an id is negative
   * @throws IllegalStateException if closed
   */
  public String decode(int[] ids, boolean skipSpecialTokens) {
    long[] wide = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0) {
        throw new IllegalArgumentException("id " + ids[i] + " at " + i + " is no token");
      }
      wide[i] = ids[i];
    }
    return tokenizer.decode(wide, skipSpecialTokens);
  }

  /** Id of a token by its exact spelling in the vocabulary, special or not; empty if none. */
  public OptionalInt idOf(String token) {
    return vocabulary.idOf(token);
  }

  /** Whether a token is special: one that {@link #decode} can leave out. */
  public boolean isSpecial(int id) {
    return id >= 0 && vocabulary.isSpecial(id);
  }

  /** The largest id plus one, added tokens included. */
  public int vocabSize() {
    return vocabulary.size();
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Frees the native memory. Closing again does nothing. */
  @Override
  public void close() {
    tokenizer.close();
  }

  private static int[] ints(long[] values) {
    int[] narrow = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = Math.toIntExact(values[i]);
    }
    return narrow;
  }

  /** The native code would make three tokens of the three bytes that half a pair has. */
  private static String wellFormed(String text) {
    if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
      return text;
    }
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }
}
