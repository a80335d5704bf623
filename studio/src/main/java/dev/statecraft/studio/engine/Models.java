package dev.statecraft.studio.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.adapters.merge.BaseFiles;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonFile;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.data.chat.ChatFormat;
import dev.statecraft.formats.checkpoint.OnnxBertCheckpoint;
import dev.statecraft.formats.checkpoint.OnnxModel;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.ModelDefaults;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Opens models by the names that users give them. */
final class Models {
  private static final String MINILM = Recipe.BUILTIN + "minilm";
  private static final String MINILM_CONFIG = "/builtin/minilm-config.json";
  private static final String MINILM_TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";

  /** {@code max_seq_length} of its sentence_bert_config.json. */
  private static final int MINILM_LENGTH = 256;

  /** The resource that MiniLM's weights are in. */
  static final String MINILM_WEIGHTS = "/all-minilm-l6-v2.onnx";

  /** All that MiniLM is made of. */
  static final List<String> MINILM_RESOURCES =
      List.of(MINILM_CONFIG, MINILM_TOKENIZER, MINILM_WEIGHTS);

  private Models() {}

  /**
   * A model folder, or a model that comes with Statecraft.
   *
   * @throws InvalidInputException if there is no such model
   */
  static PretrainedModel open(String name) {
    if (name.equals(MINILM)) {
      return miniLm();
    }
    if (name.startsWith(Recipe.BUILTIN)) {
      throw new InvalidInputException("model: expected " + MINILM + ", found '" + name + "'");
    }
    return PretrainedModel.open(Path.of(name));
  }

  /**
   * The special tokens that frame a causal model's texts, in training as in generation.
   *
   * @throws InvalidInputException if a file of the model's folder is not what it should be
   */
  static SpecialTokens specialTokens(PretrainedModel model) {
    try {
      return SpecialTokens.read(
          Path.of(model.name()), model.causalLm().config().eosTokenIds(), model.tokenizer());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How a causal model's conversations are written.
   *
   * @throws InvalidInputException if a file of the model's folder is not what it should be
   */
  static ChatFormat chatFormat(PretrainedModel model) {
    try {
      return ChatFormat.of(Path.of(model.name()), model.tokenizer(), specialTokens(model));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The special tokens of a model that was tuned on prompts of a form; conversations end with their
   * turns too.
   */
  static SpecialTokens specialTokens(PretrainedModel model, PromptForm trained) {
    SpecialTokens special = specialTokens(model);
    return trained == PromptForm.CHAT ? special.withEnds(chatFormat(model).endIds()) : special;
  }

  /**
   * What methods leave to the family.
   *
   * @param functions what the program has of its own
   */
  static ModelDefaults defaults(TaskModel family, UserFunctions functions) {
    Backbone backbone = family.backbone();
    return new ModelDefaults(
        backbone.defaultTargets(),
        backbone.attentionTargets(),
        backbone.scaledTargets(),
        backbone.controlInit(),
        backbone.controlBias(),
        functions,
        Optional.of(family));
  }

  /**
   * What sentence-transformers puts around a model.
   *
   * @param notes is told if the model comes without and so what was chosen
   * @throws InvalidInputException as {@link SentenceModules#read} does
   */
  static SentenceModules sentenceModules(PretrainedModel model, Consumer<String> notes)
      throws IOException {
    boolean causal = isCausal(model);
    SentenceModules usual = SentenceModules.usual(causal);
    if (model.name().equals(MINILM)) {
      // As the modules of sentence-transformers/all-MiniLM-L6-v2 have it.
      return usual.withMaxLength(MINILM_LENGTH).normalized(true);
    }
    Optional<SentenceModules> read = SentenceModules.read(Path.of(model.name()));
    if (read.isEmpty()) {
      notes.accept(
          model.name()
              + " has no "
              + SentenceModules.FILE
              + ": a text's vector is "
              + (causal ? "its last token's" : "the mean over its tokens"));
    }
    return read.orElse(usual);
  }

  /** As sentence-transformers asks: by the class that the folder names first. */
  private static boolean isCausal(PretrainedModel model) throws IOException {
    if (model.config().kind() != ModelKind.CAUSAL_LM) {
      return false;
    }
    JsonNode architectures =
        JsonFile.object(Path.of(model.name()).resolve("config.json")).path("architectures");
    return architectures.path(0).asText().endsWith("ForCausalLM");
  }

  /** The most tokens of a text that a model's tokenizer says it is for, if it does. */
  static OptionalInt maxLength(PretrainedModel model) {
    try {
      JsonNode length =
          JsonFile.object(Path.of(model.name()).resolve("tokenizer_config.json"))
              .path("model_max_length");
      // Huge numbers stand for none.
      return length.isNumber() && length.asDouble() >= 1 && length.asDouble() < Integer.MAX_VALUE
          ? OptionalInt.of(length.asInt())
          : OptionalInt.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** all-MiniLM-L6-v2 out of the ONNX file in its Maven artifact. */
  private static PretrainedModel miniLm() {
    try {
      String config;
      try (InputStream in = resource(MINILM_CONFIG)) {
        config = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
      Tokenizer tokenizer;
      try (InputStream in = resource(MINILM_TOKENIZER)) {
        tokenizer = Tokenizer.read(in, MINILM + " tokenizer");
      }
      return PretrainedModel.of(
          MINILM,
          Families.parse(config, MINILM),
          OnnxBertCheckpoint.of(OnnxModel.open(miniLmWeights())),
          tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What a model has beside its weights. */
  static BaseFiles files(PretrainedModel model) {
    return model.name().equals(MINILM) ? new MiniLmFiles() : BaseFiles.of(Path.of(model.name()));
  }

  /** The configuration and the tokenizer of the model that comes with Statecraft. */
  private static final class MiniLmFiles implements BaseFiles {
    @Override
    public String source() {
      return MINILM;
    }

    @Override
    public byte[] config() throws IOException {
      try (InputStream in = resource(MINILM_CONFIG)) {
        return in.readAllBytes();
      }
    }

    @Override
    public void copyTo(Path folder) throws IOException {
      try (InputStream in = resource(MINILM_TOKENIZER)) {
        Files.copy(in, folder.resolve("tokenizer.json"));
      }
    }
  }

  /** A file to map, so that the weights need not lie in the heap beside the tensors. */
  static Path miniLmWeights() throws IOException {
    try (InputStream there = resource(MINILM_WEIGHTS)) {
      return SharedCopy.of(Models.class.getResource(MINILM_WEIGHTS), MINILM_WEIGHTS.substring(1));
    }
  }

  static InputStream resource(String name) {
    InputStream in = Models.class.getResourceAsStream(name);
    if (in == null) {
      throw new InvalidInputException(
          MINILM + ": expected " + name + " on the class path, found none");
    }
    return in;
  }
}
