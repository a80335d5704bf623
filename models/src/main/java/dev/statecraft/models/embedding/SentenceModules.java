package dev.statecraft.models.embedding;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What sentence-transformers puts after a model, and before it. */
public final class SentenceModules {
  /** The file that names the modules; a folder without it is none of sentence-transformers. */
  public static final String FILE = "modules.json";

  private final List<TokenPooling> poolings;
  private final boolean includePrompt;
  private final List<VectorModule> after;
  private final Texts texts;
  private final OptionalInt truncateDim;
  private final boolean normalized;

  /**
   * Modules.
   *
   * @param poolings ways of pooling, whose vectors are put one after the other
   * @param includePrompt whether a prompt's tokens are pooled too
   * @param after what is done with the pooled vector, in order
   * @param texts how texts are read
   * @param truncateDim numbers of a vector that are kept, the first; empty for all
   * @param normalized whether what is kept is made of length 1 once more
   */
  SentenceModules(
      List<TokenPooling> poolings,
      boolean includePrompt,
      List<VectorModule> after,
      Texts texts,
      OptionalInt truncateDim,
      boolean normalized) {
    this.poolings = List.copyOf(poolings);
    this.includePrompt = includePrompt;
    this.after = List.copyOf(after);
    this.texts = texts;
    this.truncateDim = truncateDim;
    this.normalized = normalized;
  }

  /**
   * How texts are read.
   *
   * @param prompts what texts begin with, by name
   * @param defaultPrompt the name of the one that they begin with if nobody says otherwise
   * @param maxLength the most tokens of a text; empty for what tokenizer and model take
   * @param lowerCase whether they are made lower case whatever the tokenizer does
   */
  public record Texts(
      Map<String, String> prompts,
      Optional<String> defaultPrompt,
      OptionalInt maxLength,
      boolean lowerCase) {
    /** Without prompts, as they are. */
    public static final Texts PLAIN =
        new Texts(Map.of(), Optional.empty(), OptionalInt.empty(), false);

    public Texts {
      prompts = Collections.unmodifiableMap(new LinkedHashMap<>(prompts));
    }
  }

  /**
   * What sentence-transformers makes of a model that comes without modules: the mean over tokens,
   * or the last token of a causal language model; see {@code
   * SentenceTransformer._load_default_modules}.
   *
   * @param causal whether it is one
   */
  public static SentenceModules usual(boolean causal) {
    return new SentenceModules(
        List.of(causal ? TokenPooling.LAST : TokenPooling.MEAN),
        true,
        List.of(),
        Texts.PLAIN,
        OptionalInt.empty(),
        false);
  }

  /**
   * Those of a folder, if it is one of sentence-transformers.
   *
   * @throws InvalidInputException if a file of it is not what it should be, or asks for what would
   *     give other vectors; the message names file and key
   * @throws IOException if a file cannot be read
   */
  public static Optional<SentenceModules> read(Path folder) throws IOException {
    return Files.isRegularFile(folder.resolve(FILE))
        ? Optional.of(new ModulesReader(folder).read())
        : Optional.empty();
  }

  /** How texts are read. */
  public Texts texts() {
    return texts;
  }

  /** Whether a prompt's tokens are pooled too. */
  public boolean includePrompt() {
    return includePrompt;
  }

  /** The same with another limit of a text's tokens. */
  public SentenceModules withMaxLength(int tokens) {
    Texts limited =
        new Texts(
            texts.prompts(), texts.defaultPrompt(), OptionalInt.of(tokens), texts.lowerCase());
    return new SentenceModules(poolings, includePrompt, after, limited, truncateDim, normalized);
  }

  /**
   * The same with vectors of length 1, or as they come out of the modules before that.
   *
   * @param wanted whether they are to be of length 1
   */
  public SentenceModules normalized(boolean wanted) {
    int end = after.size();
    while (end > 0 && after.get(end - 1).equals(new Normalize())) {
      end--;
    }
    return new SentenceModules(
        poolings, includePrompt, after.subList(0, end), texts, truncateDim, wanted);
  }

  /**
   * Width of a sentence's vector.
   *
   * @param hidden of the model's last state
   * @throws InvalidInputException if the modules are not for a model of this width
   */
  public int width(int hidden) {
    int width = hidden * poolings.size();
    for (VectorModule module : after) {
      width = module.width(width);
    }
    return Math.min(width, truncateDim.orElse(width));
  }

  /**
   * The vector of a sentence.
   *
   * @param states last states of its tokens, {@code [tokens, hidden]}, row by row
   * @param prompt tokens of its prompt
   * @throws IllegalArgumentException if no token is left to pool
   */
  public float[] vector(float[] states, int hidden, int prompt) {
    TokenPooling.Tokens tokens =
        new TokenPooling.Tokens(states, hidden, includePrompt ? 0 : prompt, states.length / hidden);
    float[] vector = new float[hidden * poolings.size()];
    for (int i = 0; i < poolings.size(); i++) {
      poolings.get(i).pool(tokens, vector, i * hidden);
    }
    for (VectorModule module : after) {
      vector = module.apply(vector);
    }
    int kept = Math.min(vector.length, truncateDim.orElse(vector.length));
    float[] whole = Arrays.copyOf(vector, kept);
    return normalized ? new Normalize().apply(whole) : whole;
  }
}
