package dev.statecraft.formats.tokenizer;

import ai.djl.engine.EngineException;
import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
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
 * <p>The native library ends the whole process where it meets what it did not expect. So a file is
 * checked first, and one that has parts with which that can happen (regular expressions, tables of
 * characters) is tried in a child process, once for each content.
 *
 * <p>Holds native memory until closed. May be used from several threads; not after {@link #close}.
 */
public final class Tokenizer implements AutoCloseable {
  private static final String OFFLINE = "ai.djl.offline";

  /** Far above any tokenizer. */
  private static final long MOST_BYTES = 512L << 20;

  private final HuggingFaceTokenizer tokenizer;
  private final String source;
  private final Vocabulary vocabulary;
  private final Map<String, String> specialTokens;
  private final Truncation truncation;

  private Tokenizer(
      HuggingFaceTokenizer tokenizer,
      String source,
      Vocabulary vocabulary,
      Map<String, String> specialTokens,
      Truncation truncation) {
    this.tokenizer = tokenizer;
    this.source = source;
    this.vocabulary = vocabulary;
    this.specialTokens = Collections.unmodifiableMap(specialTokens);
    this.truncation = truncation;
  }

  /**
   * Loads the tokenizer of a model's folder as transformers' {@code AutoTokenizer} does: {@code
   * tokenizer.json} with what {@code config.json}, {@code tokenizer_config.json}, {@code
   * special_tokens_map.json} and {@code added_tokens.json} say of it, where they are there.
   *
   * <p>The classes of BERT, RoBERTa and LLaMA take the vocabulary and the added tokens of a file of
   * their kind, and build the rest by their settings: {@code do_lower_case}, {@code strip_accents},
   * {@code tokenize_chinese_chars}, {@code add_prefix_space}, {@code trim_offsets}, {@code legacy}.
   * {@code add_bos_token} and {@code add_eos_token} say nothing where there is a {@code
   * tokenizer.json}, whose post-processor says it.
   *
   * @throws InvalidInputException if there is no tokenizer.json, or a file is not what it should be
   * @throws IOException if a file cannot be read
   * @throws IllegalStateException if the native library cannot be loaded
   */
  public static Tokenizer ofFolder(Path folder) throws IOException {
    Path path = folder.resolve("tokenizer.json");
    byte[] bytes = read(path);
    String source = path.toString();
    Vocabulary vocabulary = Vocabulary.parse(bytes, source);
    TokenizerJson file = TokenizerJson.parse(bytes, source);
    TokenizerSettings settings = TokenizerSettings.read(folder, file.kind(), file.addedTokens());
    TokenizerJson whole = TokenizerAssembly.of(file, settings, vocabulary.own());
    boolean changed = !whole.equals(file);
    byte[] json = changed ? whole.bytes() : bytes;
    Map<String, String> names = new LinkedHashMap<>();
    settings.named().forEach((name, token) -> names.put(name, token.content()));
    return load(
        json,
        whole,
        source,
        changed ? Vocabulary.parse(json, source) : vocabulary,
        names,
        settings.truncationSide());
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
    return load(
        read(tokenizerJson),
        tokenizerJson.toString(),
        TruncationSide.read(tokenizerJson.resolveSibling("tokenizer_config.json")));
  }

  private static byte[] read(Path tokenizerJson) throws IOException {
    if (!Files.isRegularFile(tokenizerJson)) {
      throw new InvalidInputException(tokenizerJson + ": expected a tokenizer.json, found none");
    }
    if (Files.size(tokenizerJson) > MOST_BYTES) {
      throw new InvalidInputException(
          tokenizerJson
              + ": expected at most "
              + MOST_BYTES
              + " bytes, found "
              + Files.size(tokenizerJson));
    }
    return Files.readAllBytes(tokenizerJson);
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
    TokenizerJson parts = TokenizerJson.parse(json, source);
    return load(json, parts, source, vocabulary, Map.of(), side);
  }

  private static Tokenizer load(
      byte[] whole,
      TokenizerJson parts,
      String source,
      Vocabulary vocabulary,
      Map<String, String> specialTokens,
      Optional<TruncationSide> side)
      throws IOException {
    TokenizerJson used = parts.hasLimits() ? parts.withoutLimits() : parts;
    byte[] json = parts.hasLimits() ? used.bytes() : whole;
    TokenizerCheck.check(used, vocabulary, source);
    if (!PlainTokenizers.isPlain(used)) {
      TrialRun.ofUser().require(json, source);
    }
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
          source,
          vocabulary,
          specialTokens,
          side.map(Truncation::new).orElse(vocabulary.truncation()));
    } catch (RuntimeException e) {
      // The native code has no type of its own for a file that it does not understand.
      throw new InvalidInputException(
          source
              + ": expected a tokenizer.json, found: "
              + Quoted.cut(String.valueOf(e.getMessage()), 200),
          e);
    }
  }

  /**
   * Ids of a text.
   *
   * @param addSpecialTokens whether to frame it with the model's special tokens, such as {@code
   *     [CLS]} and {@code [SEP]}
   * @return {@code [tokens]}
   * @throws InvalidInputException if the vocabulary has no tokens for the text
   * @throws IllegalStateException if closed
   */
  public int[] encode(String text, boolean addSpecialTokens) {
    return ints(encoding(wellFormed(text), addSpecialTokens).getIds());
  }

  /**
   * Ids of a text, without the model's special tokens around it, and which part of the text each
   * stands for.
   *
   * @throws IllegalStateException if closed
   */
  public TokenSpans encodeWithSpans(String text) {
    String formed = wellFormed(text);
    Encoding encoding = encoding(formed, false);
    return TokenSpans.of(formed, ints(encoding.getIds()), encoding.getCharTokenSpans());
  }

  /**
   * Ids of two texts in one sequence, framed with the model's special tokens.
   *
   * @throws IllegalStateException if closed
   */
  public EncodedPair encodePair(String text, String pair) {
    Encoding encoding = encoding(text, pair);
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
        pair.isPresent() ? encoding(text, pair.get()) : encoding(wellFormed(text), true);
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

  /**
   * Spellings of the special tokens that the folder's files name, by names such as {@code
   * bos_token}, {@code eos_token} and {@code sep_token}; none for a lone {@code tokenizer.json}.
   */
  public Map<String, String> specialTokens() {
    return specialTokens;
  }

  /** Id of a special token by its name, such as {@code eos_token}; empty if there is none. */
  public OptionalInt specialId(String name) {
    String spelling = specialTokens.get(name);
    return spelling == null ? OptionalInt.empty() : idOf(spelling);
  }

  Vocabulary vocabulary() {
    return vocabulary;
  }

  private Encoding encoding(String text, boolean addSpecialTokens) {
    try {
      return tokenizer.encode(text, addSpecialTokens, false);
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unencodable(e);
    }
  }

  private Encoding encoding(String text, String pair) {
    try {
      return tokenizer.encode(wellFormed(text), wellFormed(pair), true, false);
    } catch (IllegalStateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unencodable(e);
    }
  }

  /** Such as for a character for which the vocabulary has no token, not even an unknown one. */
  private InvalidInputException unencodable(RuntimeException e) {
    return new InvalidInputException(
        source
            + ": expected a tokenizer for any text, found one that cannot encode a text: "
            + Quoted.bare(String.valueOf(e.getMessage())),
        e);
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
