package dev.statecraft.adapters.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.verify.LogitsComparison;
import dev.statecraft.adapters.verify.PromptAgreement;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models merged into their zero points against the adapters that they were made of. */
class ZeroPointMergeTest {
  @TempDir Path folder;

  private final Torch torch = Torch.cpu();

  @AfterEach
  void close() {
    torch.close();
  }

  private static QaLora tuning(String name, int group) {
    List<String> targets =
        name.startsWith("llama")
            ? List.of("q_proj", "v_proj", "down_proj") // 88 inputs: two groups of 32 and one of 24.
            : List.of("query", "output.dense");
    return new QaLora(3, 5, 0, group, targets, LayerSelection.parse("last 2"));
  }

  /** Saves an adapter of random values, B's too. */
  private Path adapter(String place, PretrainedModel model, Tuning tuning) throws IOException {
    TaskModel family = model.usual();
    AdapterDescription description = AdapterDescription.of("x", "base", List.of(tuning));
    Graph tuned = description.tuning(family).apply(family.graph());
    try (Weights weights = Weights.load(torch, tuned, DType.FLOAT32, model.weights(tuned), 0);
        Scope scope = torch.scope();
        Generator generator = torch.generator(place.hashCode())) {
      for (Parameter parameter : tuned.trainableParameters()) {
        weights
            .value(parameter.name())
            .addInPlace(torch.normal(generator, DType.FLOAT32, 0, 0.2, parameter.sizes()));
      }
      AdapterFolder.save(folder.resolve(place), description, family, weights);
    }
    return folder.resolve(place);
  }

  private Path merge(
      String place,
      Path base,
      Path adapter,
      Optional<ZeroPoints> zeroPoints,
      Optional<DType> type,
      List<String> notes)
      throws IOException {
    Path merged = Files.createDirectory(folder.resolve(place));
    try (PretrainedModel model = PretrainedModel.open(base);
        Adapter open = AdapterFolder.open(adapter)) {
      Merge merge = Merge.of(open, model.usual(), model, zeroPoints);
      notes.addAll(
          new MergedModel(
                  BaseFiles.of(base),
                  model.checkpoint(),
                  merge,
                  type,
                  Optional.empty(),
                  model.usual())
              .write(merged, torch));
    }
    return merged;
  }

  private static Optional<ZeroPoints> points(int group, boolean kept) {
    return Optional.of(new ZeroPoints(group, kept));
  }

  /**
   * The largest relative difference of logits from those of an adapter on a base.
   *
   * @param held what the adapter's base is held as
   * @param read what the merged model is held as
   */
  private double difference(
      Path base, Path adapter, Quantization held, Path merged, Quantization read)
      throws IOException {
    try (PretrainedModel model = PretrainedModel.open(base);
        PretrainedModel other = PretrainedModel.open(merged);
        Adapter open = AdapterFolder.open(adapter);
        LogitsComparison comparison =
            LogitsComparison.on(model, model.usual(), Optional.empty(), OptionalInt.empty())) {
      Graph tuned = open.graph(model.usual());
      try (Weights weights =
          Weights.load(
              torch,
              tuned,
              DType.FLOAT32,
              held,
              open.weights(model.usual(), model.weights(tuned)),
              0)) {
        comparison.expect(tuned, weights);
      }
      Graph graph = other.usual().graph();
      try (Weights weights =
          Weights.load(torch, graph, DType.FLOAT32, read, other.weights(graph), 0)) {
        return comparison.compare(graph, weights).stream()
            .mapToDouble(PromptAgreement::relative)
            .max()
            .orElseThrow();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, INT4, true, , 1e-5",
    "llama-tiny, INT4, false, , 1e-5",
    "llama-tiny, INT4, false, float64, 1e-5",
    "llama-tied, INT4_64, true, bfloat16, 2e-2",
    "llama-tied, INT4, false, bfloat16, 4e-2",
    "bert-tiny, INT4, true, , 1e-5",
    "roberta-tiny, INT4_64, false, , 1e-5"
  })
  void logitsAreTheAdapters(
      String name, Quantization format, boolean kept, String type, double tolerance)
      throws IOException {
    Path base = Fixtures.file(name);
    Path adapter;
    try (PretrainedModel model = PretrainedModel.open(base)) {
      adapter = adapter("adapter", model, tuning(name, format.group()));
    }
    List<String> notes = new ArrayList<>();
    Optional<DType> wanted = Optional.ofNullable(type).map(DType::of);
    Path merged = merge("merged", base, adapter, points(format.group(), kept), wanted, notes);
    assertThat(difference(base, adapter, format, merged, Quantization.NONE)).isLessThan(tolerance);
    if (kept) {
      assertThat(difference(base, adapter, format, merged, format)).isLessThan(tolerance);
    }
    assertThat(difference(base, adapter, Quantization.NONE, merged, Quantization.NONE))
        .as("the base is quantized")
        .isGreaterThan(1e-4);
    assertThat(notes)
        .anyMatch(note -> note.contains("with the update in their zero points"))
        .noneMatch(note -> kept && note.contains("written as"));
    try (PretrainedModel opened = PretrainedModel.open(merged)) {
      assertThat(opened.group())
          .isEqualTo(kept ? OptionalInt.of(format.group()) : OptionalInt.empty());
    }
    assertThat(torch.liveTensors()).isZero();
  }

  /** Onto shards in 4 bits, whose codes stay as they are, and what is not held goes to floats. */
  @Test
  void whatIsHeldIsMergedAgain() throws IOException {
    Path base = sharded();
    Path first;
    try (PretrainedModel model = PretrainedModel.open(base)) {
      first = adapter("first", model, tuning("llama", 32));
    }
    Path held = merge("held", base, first, points(32, true), Optional.empty(), new ArrayList<>());
    assertThat(held.resolve(CheckpointFolder.INDEX_FILE)).content().contains(".weight.codes");
    Path second;
    Path lora;
    try (PretrainedModel model = PretrainedModel.open(held)) {
      second = adapter("second", model, tuning("llama", 32));
      List<String> targets = List.of("k_proj", "up_proj");
      lora = adapter("lora", model, new Lora(3, 5, 0, targets, LayerSelection.ALL));
    }
    Path twice =
        merge("twice", held, second, points(32, true), Optional.empty(), new ArrayList<>());
    assertThat(difference(held, second, Quantization.INT4, twice, Quantization.INT4))
        .isLessThan(1e-5);
    assertThat(difference(base, first, Quantization.INT4, twice, Quantization.INT4))
        .isGreaterThan(1e-3);
    String codes = "model.layers.1.mlp.down_proj.weight.codes";
    try (CheckpointSource one = CheckpointFolder.open(held);
        CheckpointSource two = CheckpointFolder.open(twice)) {
      assertThat(two.read(codes)).isEqualTo(one.read(codes));
      assertThat(two.names()).isEqualTo(one.names());
    }
    Path floats =
        merge("floats", held, lora, Optional.empty(), Optional.empty(), new ArrayList<>());
    assertThat(difference(held, lora, Quantization.INT4, floats, Quantization.NONE))
        .isLessThan(1e-5);
    assertThat(floats.resolve("config.json")).content().doesNotContain("quantization_config");
    assertThatThrownBy(
            () ->
                merge(
                    "other",
                    held,
                    adapterOf(held, 64),
                    points(64, true),
                    Optional.empty(),
                    new ArrayList<>()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            held
                + ": model.layers.0.self_attn.q_proj.weight: expected groups of 64 inputs, found"
                + " 32");
    assertThat(torch.liveTensors()).isZero();
  }

  private Path adapterOf(Path base, int group) throws IOException {
    try (PretrainedModel model = PretrainedModel.open(base)) {
      return adapter("of" + group, model, tuning("llama", group));
    }
  }

  /** The tiny model in two files. */
  private Path sharded() throws IOException {
    Path base = Files.createDirectory(folder.resolve("base"));
    Files.copy(Fixtures.file("llama-tiny").resolve("config.json"), base.resolve("config.json"));
    List<String> map = new ArrayList<>();
    SafetensorsWriter[] writers = {new SafetensorsWriter(), new SafetensorsWriter()};
    try (CheckpointSource source = CheckpointFolder.open(Fixtures.file("llama-tiny"))) {
      for (String name : source.names()) {
        int shard = name.contains(".1.") ? 1 : 0;
        ByteBuffer values = source.read(name);
        writers[shard].add(source.entry(name), values::duplicate);
        map.add("\"" + name + "\": \"shard" + shard + ".safetensors\"");
      }
      for (int shard = 0; shard < 2; shard++) {
        writers[shard].writeTo(base.resolve("shard" + shard + ".safetensors"));
      }
    }
    Files.writeString(
        base.resolve(CheckpointFolder.INDEX_FILE),
        "{\"metadata\": {}, \"weight_map\": {" + String.join(", ", map) + "}}");
    return base;
  }

  @Test
  void whatZeroPointsCannotHoldIsRefused() throws IOException {
    Path base = Fixtures.file("llama-tiny");
    Path adapter = adapterOf(base, 16);
    Path lora;
    try (PretrainedModel model = PretrainedModel.open(base)) {
      lora = adapter("lora", model, new Lora(3, 5, 0, List.of("q_proj"), LayerSelection.ALL));
    }
    assertThatThrownBy(
            () ->
                merge("one", base, adapter, points(32, true), Optional.empty(), new ArrayList<>()))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "merge: expected the base's groups of 32 inputs, found an adapter of groups of 16");
    assertThatThrownBy(
            () -> merge("two", base, lora, points(32, true), Optional.empty(), new ArrayList<>()))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "merge: expected an adapter of qa-lora, whose update zero points can hold, found"
                + " 'lora'");
  }
}
