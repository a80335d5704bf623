package dev.statecraft.adapters.verify;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import dev.statecraft.base.TextFile;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.formats.tokenizer.TokenIds;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.pretrained.TextEncoder;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What both models of a comparison are given. */
public final class Prompts {
  /** Tokens of a prompt at most: what is compared are the logits of every one of them. */
  private static final int LONGEST = 128;

  /** Texts as models meet them: prose, an instruction, code, numbers, other scripts, one word. */
  private static final List<String> TEXTS =
      List.of(
          "Once upon a time there was a girl who lived at the edge of a forest.",
          """
          Below is an instruction that describes a task. Write a response that completes it.

          ### Instruction:
          Name three rivers.

          ### Response:
          """,
          "I was charged twice this month, and nobody answers the phone.",
          """
          def fibonacci(n):
              return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
          """,
          "In 1969, 3.5 kg of rock cost $24,000,000,000; that is about 6,857 million a kilogram.",
          "Der Zug nach Zürich fährt um 8:15 Uhr ab. Où est la gare ? 東京は日本の首都です。",
          "Yes");

  /** Sequences of token ids for models without a tokenizer, and pictures for those of images. */
  private static final int GENERATED = 4;

  private Prompts() {}

  /**
   * Reads texts, one a line; empty lines do not count.
   *
   * @throws InvalidInputException if there is no such file, it is not UTF-8, or it has no text
   */
  public static List<String> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": expected a file of prompts, found none");
    }
    try {
      List<String> texts = TextFile.lines(file).stream().filter(l -> !l.isBlank()).toList();
      if (texts.isEmpty()) {
        throw new InvalidInputException(file + ": expected a prompt a line, found none");
      }
      return texts;
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected text in UTF-8", e);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** A prompt as a batch of one sequence or image. */
  record Prompt(String words, HostBatch batch) {}

  /**
   * The prompts for a model.
   *
   * @param texts the user's; empty for ours
   * @param bos the token that begins a language model's texts
   */
  static List<Prompt> of(
      PretrainedModel model, TaskModel family, Optional<List<String>> texts, OptionalInt bos) {
    Optional<PixelInput> pixels = family.input().pixels();
    if (pixels.isPresent()) {
      requireNone(texts, model, "reads images");
      return pictures(pixels.get());
    }
    TokenInput input = family.input().tokens().orElseThrow();
    if (!model.hasTokenizer()) {
      requireNone(texts, model, "has no tokenizer");
      return sequences(family, input);
    }
    List<Prompt> prompts = new ArrayList<>();
    for (String text : texts.orElse(TEXTS)) {
      prompts.add(new Prompt(words(text), batch(model.tokenizer(), family, input, text, bos)));
    }
    return prompts;
  }

  private static void requireNone(
      Optional<List<String>> texts, PretrainedModel model, String because) {
    if (texts.isPresent()) {
      throw new InvalidInputException(
          model.name()
              + ": expected a model that reads texts for the prompts given, but it "
              + because);
    }
  }

  private static String where(String text) {
    return "the prompt " + Quoted.text(text);
  }

  private static String words(String text) {
    return text.strip().replaceAll("\\s+", " ");
  }

  private static HostBatch batch(
      Tokenizer tokenizer, TaskModel family, TokenInput input, String text, OptionalInt bos) {
    if (!family.writesTexts()) {
      TextEncoder texts = new TextEncoder(tokenizer, input, LONGEST);
      return EncodedText.batch(
          List.of(texts.encode(text, Optional.empty(), where(text)).text()), input);
    }
    int longest = Math.min(LONGEST, input.maxTokens());
    int[] encoded = tokenizer.encode(text, false);
    int[] ids = encoded;
    if (bos.isPresent() || encoded.length == 0) {
      ids = new int[encoded.length + 1];
      ids[0] = bos.orElse(0);
      System.arraycopy(encoded, 0, ids, 1, encoded.length);
    }
    int[] shown = Arrays.copyOf(ids, Math.min(longest, ids.length));
    TokenIds.check(shown, input.vocabSize(), where(text));
    return TokenBatches.scored(List.of(shown));
  }

  private static List<Prompt> sequences(TaskModel family, TokenInput input) {
    List<Prompt> prompts = new ArrayList<>();
    for (int s = 0; s < GENERATED; s++) {
      int[] ids = ids(s, input.vocabSize(), input.maxTokens());
      prompts.add(
          new Prompt(
              "token ids " + Arrays.toString(ids),
              family.writesTexts()
                  ? TokenBatches.scored(List.of(ids))
                  : TokenBatches.encoder(input, List.of(ids), List.of(new int[ids.length]))));
    }
    return prompts;
  }

  /** Ids spread over the vocabulary, of growing number. */
  private static int[] ids(int sequence, int vocabulary, int longest) {
    int[] ids = new int[Math.min(longest, 4 + 4 * sequence)];
    Arrays.setAll(ids, t -> (int) ((3 + 7919L * (sequence * 31 + t)) % vocabulary));
    return ids;
  }

  /** Waves of several lengths and directions, each channel shifted. */
  private static List<Prompt> pictures(PixelInput input) {
    int side = input.side();
    List<Prompt> prompts = new ArrayList<>();
    for (int p = 0; p < GENERATED; p++) {
      float[] pixels = new float[input.size()];
      double frequency = 2 * Math.PI * (p + 1) / side;
      for (int i = 0; i < pixels.length; i++) {
        int x = i % side;
        int y = i / side % side;
        int channel = i / (side * side);
        pixels[i] = (float) Math.sin(frequency * (x + p * y) + channel);
      }
      prompts.add(
          new Prompt(
              "picture of waves " + (p + 1), ImageBatches.classified(input, pixels, new int[1])));
    }
    return prompts;
  }
}
