package dev.statecraft.models.pretrained;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.FolderKind;
import dev.statecraft.formats.checkpoint.PackedCheckpoint;
import dev.statecraft.formats.checkpoint.PackedMatrix;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.head.CrossEntropy;
import dev.statecraft.models.head.Pooling;
import dev.statecraft.models.head.SequenceHead;
import dev.statecraft.models.head.SquaredError;
import dev.statecraft.models.head.TaskModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** A pretrained model: configuration, weights (not read until they are used) and tokenizer. */
public final class PretrainedModel implements AutoCloseable {
  private final String name;
  private final ModelConfig config;
  private final CheckpointSource checkpoint;
  private final List<String> notes;
  private final Optional<Tokenizer> tokenizer;

  private PretrainedModel(
      String name, ModelConfig config, CanonicalNames named, Optional<Tokenizer> tokenizer) {
    this.name = name;
    this.checkpoint = named.checkpoint();
    boolean untied = config.tied().filter(tied -> TiedHead.differs(checkpoint, tied)).isPresent();
    this.config = untied ? config.untied() : config;
    List<String> found = new ArrayList<>(named.notes());
    if (untied) {
      found.add(
          "tie_word_embeddings is true, but the checkpoint has an lm_head.weight of its own, which"
              + " differs from the embedding: both are used, as transformers does");
    }
    this.notes = List.copyOf(found);
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a Hugging Face folder: {@code config.json}, {@code model.safetensors} or its sharded
   * index, and {@code tokenizer.json} if it is there, with the settings beside it. Of a model that
   * also sees or hears it is the text part.
   *
   * @throws InvalidInputException if a file is missing or cannot be used
   * @throws UncheckedIOException if a file cannot be read
   */
  public static PretrainedModel open(Path folder) {
    try {
      FolderKind.refuseOther(folder);
      Path configuration = folder.resolve("config.json");
      FolderKind.refusePointer(configuration);
      TextPart part = Families.part(configuration);
      ModelConfig config = Families.parse(part);
      OptionalInt group = QuantizationConfig.group(part.keys());
      CheckpointSource stored = CheckpointFolder.open(folder);
      CheckpointSource checkpoint =
          group.isPresent() ? packed(folder, stored, group.getAsInt()) : stored;
      CanonicalNames named = named(folder, checkpoint, config, part.whole());
      Path vocabulary = folder.resolve("tokenizer.json");
      FolderKind.refusePointer(vocabulary);
      Optional<Tokenizer> tokenizer =
          Files.isRegularFile(vocabulary)
              ? Optional.of(Tokenizer.ofFolder(folder))
              : Optional.empty();
      return new PretrainedModel(folder.toString(), config, named, tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CheckpointSource packed(Path folder, CheckpointSource stored, int group) {
    try {
      return PackedCheckpoint.of(stored, group);
    } catch (InvalidInputException e) {
      stored.close();
      throw new InvalidInputException(folder + ": " + e.getMessage(), e);
    }
  }

  private static CanonicalNames named(
      Path folder, CheckpointSource checkpoint, ModelConfig config, Optional<String> whole) {
    try {
      return CanonicalNames.of(checkpoint, config, whole);
    } catch (InvalidInputException e) {
      checkpoint.close();
      throw new InvalidInputException(folder + ": " + e.getMessage(), e);
    }
  }

  /** A model whose parts come from elsewhere; it owns them from now on. */
  public static PretrainedModel of(
      String name, ModelConfig config, CheckpointSource checkpoint, Tokenizer tokenizer) {
    CanonicalNames named = CanonicalNames.of(checkpoint, config, Optional.empty());
    return new PretrainedModel(name, config, named, Optional.of(tokenizer));
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
    return notes;
  }

  /** The weights by the names that the family's graph gives them. */
  public CheckpointSource checkpoint() {
    return checkpoint;
  }

  /** Inputs that share a zero point where linears are held in 4 bits; empty if all are floats. */
  public OptionalInt group() {
    return checkpoint.names().stream()
        .flatMap(weight -> checkpoint.packed(weight).stream())
        .mapToInt(PackedMatrix::group)
        .findFirst();
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

  /** The network without a head, named as the checkpoint names it. */
  public Backbone backbone() {
    return config.backbone(checkpoint.names());
  }

  private Backbone backbone(ModelKind kind) {
    if (config.kind() != kind) {
      throw new InvalidInputException(
          name
              + ": expected "
              + kind.words()
              + " ("
              + Families.names(kind)
              + "), found "
              + config.modelType());
    }
    return backbone();
  }

  /**
   * The model as a causal language model.
   *
   * @throws InvalidInputException if it is none
   */
  public TaskModel causalLm() {
    return TaskModel.causalLm(backbone(ModelKind.CAUSAL_LM));
  }

  /**
   * The model as an encoder of texts with a head.
   *
   * @param pooling how the head sees a sequence; empty for what the configuration says, else the
   *     family's way, or the mean over tokens for a BERT without a pooler
   * @throws InvalidInputException if it is no text encoder
   */
  public TaskModel encoder(int outputs, boolean regression, Optional<Pooling> pooling) {
    return headed(backbone(ModelKind.TEXT_ENCODER), outputs, regression, pooling);
  }

  private TaskModel headed(
      Backbone backbone, int outputs, boolean regression, Optional<Pooling> pooling) {
    Pooling usual = config.poolsMean(checkpoint.names()) ? Pooling.MEAN : Pooling.FIRST;
    return new TaskModel(
        backbone,
        new SequenceHead(outputs, pooling.orElse(usual)),
        regression ? new SquaredError() : new CrossEntropy());
  }

  /**
   * The model as a classifier of images.
   *
   * @throws InvalidInputException if it is none
   */
  public TaskModel imageClassifier(int classes) {
    return TaskModel.classifier(backbone(ModelKind.IMAGE_CLASSIFIER), classes, Pooling.FIRST);
  }

  /**
   * The model in its family's plainest form, to look at: with the head that its configuration has.
   */
  public TaskModel usual() {
    // transformers leaves the labels out of the file where they are its default, two.
    int classes = config.labels().isEmpty() ? 2 : config.labels().size();
    return usual(classes, false, Optional.empty());
  }

  /**
   * The model with the kind of head that its family has.
   *
   * @param outputs of a head for sequences or pictures; a language model has none
   * @param pooling as for an encoder
   */
  public TaskModel usual(int outputs, boolean regression, Optional<Pooling> pooling) {
    return config.kind() == ModelKind.CAUSAL_LM
        ? causalLm()
        : headed(backbone(), outputs, regression, pooling);
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
  public HeadMatch head(TaskModel model, List<String> labels) {
    return HeadMatch.of(config.labels(), headOutputs(model), labels);
  }

  /** Outputs of the checkpoint's head of a family's kind; 0 if it has none. */
  public int headOutputs(TaskModel model) {
    return lastOfHead(model.graph())
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
    return graph.producer(TaskModel.LOGITS).stream()
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
