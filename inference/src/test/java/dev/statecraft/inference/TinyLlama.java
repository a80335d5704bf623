package dev.statecraft.inference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.TableReaders;
import dev.statecraft.core.control.TokenTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.tokenizer.SpecialTokens;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.family.decoder.Decoder;
import dev.statecraft.models.family.decoder.DecoderConfig;
import dev.statecraft.models.family.decoder.LayerKind;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.head.TinyFamily;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** A LLaMA of the reference vectors, in float64, ready to generate. */
record TinyLlama(
    DecoderConfig config, Torch torch, Graph graph, Weights weights, Tokenizer tokenizer)
    implements AutoCloseable {

  private static Path folder() {
    return Fixtures.folder();
  }

  static DecoderConfig config(String name) {
    try {
      return (DecoderConfig) Families.read(folder().resolve(name).resolve("config.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The greedy continuation that transformers computed. */
  static JsonNode greedy(String name) throws IOException {
    return new ObjectMapper()
        .readTree(folder().resolve(name + ".base.json").toFile())
        .get("greedy");
  }

  static TinyLlama open(String name) throws IOException {
    return open(name, Tuning.all(List.of()));
  }

  /**
   * With LoRA, control edges, routed ones among them, and rows of tokens that are all random, as if
   * trained.
   */
  static TinyLlama tuned(String name) throws IOException {
    TinyLlama model =
        open(
            name,
            Tuning.all(
                List.of(
                    StateTuning.doubleControl(
                        new LowRank(4, 1, false, 0.5, Initializer.KAIMING), LayerSelection.ALL),
                    new StateTuning(
                        List.of(
                            ControlEdge.around(
                                BlockName.FULL,
                                new Routed(1, new LowRank(2, 1, true, 0, Initializer.KAIMING)))),
                        LayerSelection.ALL),
                    new Lora(
                        2,
                        4,
                        0.5,
                        true,
                        new Decoder(config(name)).attentionTargets(),
                        LayerSelection.ALL),
                    new TokenTuning(
                        "model.embed_tokens.weight",
                        "tokens",
                        List.of(30, 5, 11),
                        TableReaders.ALL))));
    try (Generator generator = model.torch.generator(3)) {
      Initializer.normal(0.1).fill(model.weights.flatValues(), generator);
    }
    return model;
  }

  /** With random edges of ReFT that change tokens at both ends of a prompt. */
  static TinyLlama ofPrompts(String name) throws IOException {
    return ofPrompts(name, config(name).layers());
  }

  /** The same with other kinds of layers. */
  static TinyLlama ofPrompts(String name, List<LayerKind> layers) throws IOException {
    Reft reft = new Reft(Reft.Variant.DIREFT, 4, 1, Positions.parse("first 2, last 2"));
    TinyLlama model =
        open(
            config(name, layers),
            name,
            new StateTuning(
                List.of(new ControlEdge("output", "output", "reft", reft)), LayerSelection.ALL));
    try (Generator generator = model.torch.generator(3)) {
      Initializer.normal(0.5).fill(model.weights.flatValues(), generator);
    }
    return model;
  }

  /** With other kinds of layers. */
  static TinyLlama withLayers(String name, List<LayerKind> layers) throws IOException {
    return open(config(name, layers), name, Tuning.all(List.of()));
  }

  private static DecoderConfig config(String name, List<LayerKind> layers) {
    DecoderConfig c = config(name);
    return new DecoderConfig(
        c.modelType(),
        c.name(),
        c.sizes(),
        c.attention(),
        c.mlp(),
        c.norms(),
        c.scales(),
        layers,
        c.tokens(),
        c.tieWordEmbeddings(),
        c.dtype(),
        c.residualDropout(),
        c.scaledTargets());
  }

  private static TinyLlama open(String name, Tuning tuning) throws IOException {
    return open(config(name), name, tuning);
  }

  private static TinyLlama open(DecoderConfig config, String name, Tuning tuning)
      throws IOException {
    Torch torch = Torch.cpu();
    Graph graph = tuning.apply(TaskModel.causalLm(new Decoder(config)).graph());
    try (CheckpointSource source = CheckpointFolder.open(folder().resolve(name))) {
      Weights weights = Weights.load(torch, graph, DType.FLOAT64, CheckpointWeights.of(source), 0);
      return new TinyLlama(
          config, torch, graph, weights, WordTokenizers.withBos(config.vocabSize()));
    }
  }

  TokenInput input() {
    return new Decoder(config).input();
  }

  /** The graph without transformers' roundings to float32, which would hide small differences. */
  Graph exact() {
    return TinyFamily.exact(graph);
  }

  SpecialTokens special() {
    return SpecialTokens.of(config.eosTokenIds(), tokenizer);
  }

  TextGenerator generator() {
    return generator(special());
  }

  TextGenerator generator(SpecialTokens special) {
    return new TextGenerator(graph, weights, input(), tokenizer, special);
  }

  @Override
  public void close() {
    weights.close();
    tokenizer.close();
    torch.close();
  }
}
