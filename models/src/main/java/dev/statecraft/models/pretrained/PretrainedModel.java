package dev.statecraft.models.pretrained;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.FolderKind;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.config.BertConfig;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.config.ModelConfig;
import dev.statecraft.models.config.VitConfig;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.Encoder;
import dev.statecraft.models.family.Head;
import dev.statecraft.models.family.Llama;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.family.Vit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A pretrained model: configuration, weights (not read until they are used) and tokenizer. */
public final class PretrainedModel implements AutoCloseable {
  private final String name;
  private final ModelConfig config;
  private final CheckpointSource checkpoint;
  private final boolean untied;
  private final Optional<Tokenizer> tokenizer;

  private PretrainedModel(
      String name, ModelConfig config, CheckpointSource stored, Optional<Tokenizer> tokenizer) {
    this.name = name;
    this.checkpoint = CanonicalNames.of(stored, config);
    this.untied =
        config instanceof LlamaConfig llama
            && llama.tieWordEmbeddings()
            && TiedHead.differs(checkpoint);
    this.config = untied ? ((LlamaConfig) config).withTiedEmbeddings(false) : config;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a Hugging Face folder: {@code config.json}, {@code model.safetensors} or its sharded
   * index, and {@code tokenizer.json} if it is there, with the settings beside it.
   *
   * @throws InvalidInputException if a file is missing or cannot be used
   * @throws UncheckedIOException if a file cannot be read
   */
  public static PretrainedModel open(Path folder) {
    try {
      FolderKind.refuseOther(folder);
      Path configuration = folder.resolve("config.json");
      FolderKind.refusePointer(configuration);
      ModelConfig config = ModelConfig.read(configuration);
      ModelConfig.requireUnquantized(configuration);
      CheckpointSource checkpoint = CheckpointFolder.open(folder);
      Path vocabulary = folder.resolve("tokenizer.json");
      FolderKind.refusePointer(vocabulary);
      Optional<Tokenizer> tokenizer =
          Files.isRegularFile(vocabulary)
              ? Optional.of(Tokenizer.ofFolder(folder))
              : Optional.empty();
      return new PretrainedModel(folder.toString(), config, checkpoint, tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A model whose parts come from elsewhere; it owns them from now on. */
  public static PretrainedModel of(
      String name, ModelConfig config, CheckpointSource checkpoint, Tokenizer tokenizer) {
    return new PretrainedModel(name, config, checkpoint, Optional.of(tokenizer));
  }

  /** The folder, or another name for messages. */
  public String name() {
    return name;
  }

  /**
   * The configuration. Where it says that a language model's head is the embedding, but the
   * checkpoint has both with different values, they are two, as in transformers.
   */
  public ModelConfig config() {
    return config;
  }

  /** What was found in the folder that one should know, a line each. */
  public List<String> notes() {
    return untied
        ? List.of(
            "tie_word_embeddings is true, but the checkpoint has an lm_head.weight of its own,"
                + " which differs from the embedding: both are used, as transformers does")
        : List.of();
  }

  /** The weights by the names that the family's graph gives them. */
  public CheckpointSource checkpoint() {
    return checkpoint;
  }

  /** Whether the model has a tokenizer. */
  public boolean hasTokenizer() {
    return tokenizer.isPresent();
  }

  /**
   * The tokenizer.
   *
   * @throws InvalidInputException if the model has none
   */
  public Tokenizer tokenizer() {
    return tokenizer.orElseThrow(
        () -> new InvalidInputException(name + ": expected a tokenizer.json, found none"));
  }

  /**
   * The model as a causal language model.
   *
   * @throws InvalidInputException if it is none
   */
  public Llama causalLm() {
    if (config instanceof LlamaConfig llama) {
      return new Llama(llama);
    }
    throw new InvalidInputException(
        name + ": expected a causal language model (llama), found " + config.modelType());
  }

  /**
   * The model as an encoder of texts with a head.
   *
   * @param pooling how the head sees a sequence; empty for what the configuration says, else the
   *     family's way, or the mean over tokens for a BERT without a pooler
   * @throws InvalidInputException if it is no text encoder
   */
  public Encoder encoder(int outputs, boolean regression, Optional<Head.Pooling> pooling) {
    if (!(config instanceof BertConfig bert)) {
      throw new InvalidInputException(
          name + ": expected a text encoder (bert, roberta), found " + config.modelType());
    }
    String prefix = bert.modelType() + ".";
    if (!checkpoint.names().contains(prefix + "embeddings.word_embeddings.weight")) {
      prefix = "";
    }
    boolean pooled =
        bert.isRoberta() || checkpoint.names().contains(prefix + "pooler.dense.weight");
    boolean mean = bert.meanPooling().orElse(!pooled);
    Head.Pooling chosen = pooling.orElse(mean ? Head.Pooling.MEAN : Head.Pooling.FIRST);
    return new Encoder(bert, new Head(outputs, chosen, regression), prefix);
  }

  /**
   * The model as a classifier of images.
   *
   * @throws InvalidInputException if it is none
   */
  public Vit imageClassifier(int classes) {
    if (config instanceof VitConfig vit) {
      return new Vit(vit, classes);
    }
    throw new InvalidInputException(
        name + ": expected an image classifier (vit), found " + config.modelType());
  }

  /**
   * The model in its family's plainest form, to look at: with the head that its configuration has.
   */
  public ModelFamily family() {
    if (config instanceof LlamaConfig) {
      return causalLm();
    }
    if (config instanceof VitConfig vit) {
      return imageClassifier(classes(vit.labels()));
    }
    return encoder(classes(((BertConfig) config).labels()), false, Optional.empty());
  }

  /** transformers leaves the labels out of the file where they are its default, two. */
  private static int classes(List<String> labels) {
    return labels.isEmpty() ? 2 : labels.size();
  }

  /**
   * The weights for a graph.
   *
   * @throws InvalidInputException if base weights are missing or of another shape; the message
   *     lists them
   */
  public WeightSource weights(Graph graph) {
    return weights(graph, true);
  }

  /**
   * The weights for a graph.
   *
   * @param keepHead whether the checkpoint's own classes are those of the task; otherwise the last
   *     layer of the head starts fresh, as it does where it has another shape
   * @throws InvalidInputException if base weights are missing or of another shape; the message
   *     lists them
   */
  public WeightSource weights(Graph graph, boolean keepHead) {
    CheckpointReport report = CheckpointReport.of(checkpoint, graph);
    report.refuse(name);
    Set<String> unusable = new HashSet<>(report.unusableHeads());
    if (!keepHead) {
      lastOfHead(graph).forEach(parameter -> unusable.add(parameter.name()));
    }
    return new HeadFilter(CheckpointWeights.of(checkpoint), unusable);
  }

  /** Whether the model's own head is one for these classes. */
  public HeadMatch head(ModelFamily family, List<String> labels) {
    List<String> own =
        config instanceof VitConfig vit
            ? vit.labels()
            : config instanceof BertConfig bert ? bert.labels() : List.of();
    return HeadMatch.of(own, headOutputs(family), labels);
  }

  /** Outputs of the checkpoint's head of a family's kind; 0 if it has none. */
  public int headOutputs(ModelFamily family) {
    return lastOfHead(family.graph())
        .map(Parameter::name)
        .filter(checkpoint.names()::contains)
        .map(parameter -> checkpoint.entry(parameter).shape())
        .filter(shape -> shape.length > 0)
        .findFirst()
        .map(shape -> Math.toIntExact(shape[0]))
        .orElse(0);
  }

  /** The parameters of the layer that gives a score to each class. */
  private static Stream<Parameter> lastOfHead(Graph graph) {
    return graph.producer(ModelFamily.LOGITS).stream()
        .flatMap(edge -> edge.parameters().stream())
        .filter(parameter -> parameter.role() == Parameter.Role.HEAD);
  }

  /** What the checkpoint has too much, too little or in another shape for a graph. */
  public CheckpointReport report(Graph graph) {
    return CheckpointReport.of(checkpoint, graph);
  }

  @Override
  public void close() {
    checkpoint.close();
    tokenizer.ifPresent(Tokenizer::close);
  }
}
