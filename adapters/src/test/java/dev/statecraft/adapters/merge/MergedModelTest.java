package dev.statecraft.adapters.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.ThreadMXBean;
import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.verify.LogitsComparison;
import dev.statecraft.adapters.verify.PromptAgreement;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Merged models against the adapters of random values that they were made of. */
class MergedModelTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static Path fixture(String name) {
    return Fixtures.file(name);
  }

  private static Tuning tuning(String method, TaskModel family) {
    List<String> targets = family.backbone().defaultTargets();
    return switch (method) {
      case "full" -> new FullTuning();
      case "probe" -> new HeadTuning();
      case "vera" -> new Vera(6, 0.5, 0, 3, targets, LayerSelection.parse("last 2"));
      case "adalora" ->
          new AdaLora(
              6,
              5,
              0,
              0,
              new RankBudget(3, 0, 1, 1, 2, 0.5, 0.5),
              targets,
              LayerSelection.parse("last 2"),
              Map.of());
      case "qa-lora" -> new QaLora(3, 5, 0, 20, targets, LayerSelection.parse("last 2"));
      case "dora" -> new Dora(3, 5, 0, targets, LayerSelection.parse("last 2"));
      case "ia3" ->
          new Ia3(
              family.backbone().scaledTargets().targets(),
              family.backbone().scaledTargets().feedForward(),
              LayerSelection.ALL);
      case "bitfit" -> new BitFit(List.of(), LayerSelection.parse("last 2"));
      case "pissa" -> new Lora(3, 5, 0, false, targets, LayerSelection.ALL, LoraStart.PISSA);
      case "olora" -> new Dora(3, 5, 0, targets, LayerSelection.ALL, LoraStart.OLORA);
      default -> new Lora(3, 5, 0, targets, LayerSelection.ALL);
    };
  }

  /** Saves an adapter of random values, B's too. */
  private Path adapter(PretrainedModel model, Tuning tuning, Torch torch) throws IOException {
    Path place = folder.resolve("adapter");
    TaskModel family = model.usual();
    AdapterDescription description = AdapterDescription.of("x", "base", List.of(tuning));
    Graph tuned = description.tuning(family).apply(family.graph());
    try (Weights weights = Weights.load(torch, tuned, DType.FLOAT32, model.weights(tuned), 0);
        Scope scope = torch.scope();
        Generator generator = torch.generator(5)) {
      for (Parameter parameter : tuned.trainableParameters()) {
        Tensor value = weights.value(parameter.name());
        value.addInPlace(torch.normal(generator, DType.FLOAT32, 0, 0.1, parameter.sizes()));
      }
      AdapterFolder.save(place, description, family, weights);
    }
    return place;
  }

  private Path merge(
      PretrainedModel model, Path base, Path adapter, Optional<DType> type, Torch torch)
      throws IOException {
    Path merged = Files.createDirectory(folder.resolve("merged"));
    try (Adapter open = AdapterFolder.open(adapter)) {
      Merge merge = Merge.of(open, model.usual(), model);
      new MergedModel(
              BaseFiles.of(base), model.checkpoint(), merge, type, Optional.empty(), model.usual())
          .write(merged, torch);
    }
    return merged;
  }

  /** Largest relative differences of logits: adapter to merged, and adapter to base. */
  private static double[] differences(PretrainedModel model, Path adapter, Path merged, Torch torch)
      throws IOException {
    TaskModel family = model.usual();
    try (Adapter open = AdapterFolder.open(adapter);
        PretrainedModel other = PretrainedModel.open(merged);
        LogitsComparison comparison =
            LogitsComparison.on(model, family, Optional.empty(), OptionalInt.empty())) {
      Graph tuned = open.graph(family);
      try (Weights weights =
          Weights.load(
              torch, tuned, DType.FLOAT64, open.weights(family, model.weights(tuned)), 0)) {
        comparison.expect(tuned, weights);
      }
      double[] differences = new double[2];
      int i = 0;
      for (PretrainedModel found : List.of(other, model)) {
        Graph graph = found.usual().graph();
        try (Weights weights = Weights.load(torch, graph, DType.FLOAT64, found.weights(graph), 0)) {
          differences[i++] =
              comparison.compare(graph, weights).stream()
                  .mapToDouble(PromptAgreement::relative)
                  .max()
                  .orElseThrow();
        }
      }
      return differences;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, lora, , 1e-5",
    "llama-tiny, dora, float32, 1e-5",
    "llama-tied, dora, , 1e-5",
    "llama-tiny, vera, , 1e-5",
    "bert-tiny, vera, float64, 1e-5",
    "llama-tied, adalora, , 1e-5",
    "bert-tiny, adalora, float64, 1e-5",
    "vit-tiny, adalora, , 1e-5",
    "vit-tiny, vera, , 1e-5",
    "llama-tiny, qa-lora, , 1e-5",
    "roberta-tiny, qa-lora, float64, 1e-5",
    "llama-tiny, ia3, , 1e-5",
    "bert-tiny, ia3, , 1e-5",
    "roberta-tiny, ia3, float64, 1e-5",
    "vit-tiny, ia3, float16, 4e-3",
    "bert-tiny, bitfit, , 1e-5",
    "vit-tiny, bitfit, , 1e-5",
    "llama-tiny, pissa, , 1e-5",
    "bert-tiny, pissa, float64, 1e-5",
    "llama-tied, olora, , 1e-5",
    "vit-tiny, olora, bfloat16, 3e-2",
    "llama-tied, lora, bfloat16, 3e-2",
    "bert-tiny, lora, , 1e-5",
    "roberta-tiny, dora, , 1e-5",
    "distilbert-tiny, lora, , 1e-5",
    "distilbert-tiny, ia3, , 1e-5",
    "xlm-roberta-tiny, lora, , 1e-5",
    "modernbert-tiny, dora, , 1e-5",
    "modernbert-tiny, ia3, , 1e-5",
    "vit-tiny, lora, , 1e-5",
    "vit-tiny, dora, float16, 4e-3",
    "llama-tiny, full, , 1e-6",
    "llama-tied, full, bfloat16, 3e-2",
    "bert-tiny, full, , 1e-6",
    "roberta-tiny, full, float64, 1e-6",
    "vit-tiny, full, , 1e-6",
    "distilbert-tiny, full, , 1e-6",
    "modernbert-tiny, full, , 1e-6",
    "bert-tiny, probe, , 1e-6",
    "distilbert-tiny, probe, , 1e-6",
    "modernbert-tiny, probe, , 1e-6",
    "roberta-tiny, probe, , 1e-6",
    "vit-tiny, probe, , 1e-6"
  })
  void logitsAreTheAdapters(String name, String method, String type, double tolerance)
      throws IOException {
    try (PretrainedModel model = PretrainedModel.open(fixture(name));
        Torch torch = Torch.cpu()) {
      Path adapter = adapter(model, tuning(method, model.usual()), torch);
      Path merged =
          merge(model, fixture(name), adapter, Optional.ofNullable(type).map(DType::of), torch);
      double[] differences = differences(model, adapter, merged, torch);
      assertThat(differences[0]).isLessThan(tolerance);
      assertThat(differences[1]).as("the adapter changes something").isGreaterThan(5 * tolerance);
      assertThat(torch.liveTensors()).isZero();
      try (PretrainedModel opened = PretrainedModel.open(merged)) {
        assertThat(opened.checkpoint().names()).isEqualTo(model.checkpoint().names());
        for (String tensor : opened.checkpoint().names()) {
          assertThat(opened.checkpoint().entry(tensor).shape())
              .as(tensor)
              .isEqualTo(model.checkpoint().entry(tensor).shape());
        }
      }
      JsonNode config = JSON.readTree(merged.resolve("config.json").toFile());
      JsonNode old = JSON.readTree(fixture(name).resolve("config.json").toFile());
      if (type != null) {
        String key = old.has("dtype") ? "dtype" : "torch_dtype";
        assertThat(config.path(key).asText()).isEqualTo(type);
      }
      assertThat(config.path("architectures")).isEqualTo(old.path("architectures"));
      assertThat(config.path("id2label")).isEqualTo(old.path("id2label"));
    }
  }

  /** Rows that a piece does not hold, and a piece that ends within the tensor. */
  private static final int HIDDEN = 512;

  private static final int WIDE = 1536;
  private static final int LAYERS = 4;

  /** A LLaMA in as many shards as layers, and one more for the rest. */
  private Path sharded() throws IOException {
    Path base = Files.createDirectory(folder.resolve("base"));
    Files.writeString(
        base.resolve("config.json"),
        """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 64,
         "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d,
         "num_attention_heads": 8, "num_key_value_heads": 8, "max_position_embeddings": 64,
         "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
         "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2,
         "torch_dtype": "float32"}
        """
            .formatted(HIDDEN, WIDE, LAYERS));
    Files.writeString(base.resolve("generation_config.json"), "{\"eos_token_id\": 2}");
    Files.writeString(base.resolve("tokenizer_config.json"), "{}");
    Files.writeString(base.resolve("pytorch_model.bin"), "not to be copied");
    StringBuilder map = new StringBuilder();
    Random random = new Random(3);
    for (int shard = 0; shard <= LAYERS; shard++) {
      SafetensorsWriter writer = new SafetensorsWriter();
      String file = "model-0000" + (shard + 1) + "-of-00005.safetensors";
      for (Map.Entry<String, long[]> tensor : shard(shard).entrySet()) {
        map.append(map.isEmpty() ? "" : ", ");
        map.append('"').append(tensor.getKey()).append("\": \"").append(file).append('"');
        writer.add(
            TensorEntry.of(tensor.getKey(), ElementType.F32, tensor.getValue()),
            () -> values(tensor.getValue(), random));
      }
      writer.writeTo(base.resolve(file));
    }
    Files.writeString(
        base.resolve("model.safetensors.index.json"),
        "{\"metadata\": {\"total_size\": 1}, \"weight_map\": {" + map + "}}");
    return base;
  }

  private static Map<String, long[]> shard(int index) {
    Map<String, long[]> tensors = new LinkedHashMap<>();
    if (index == LAYERS) {
      tensors.put("model.embed_tokens.weight", new long[] {64, HIDDEN});
      tensors.put("model.norm.weight", new long[] {HIDDEN});
      return tensors;
    }
    String layer = "model.layers." + index + ".";
    for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
      tensors.put(layer + "self_attn." + name + ".weight", new long[] {HIDDEN, HIDDEN});
    }
    tensors.put(layer + "mlp.gate_proj.weight", new long[] {WIDE, HIDDEN});
    tensors.put(layer + "mlp.up_proj.weight", new long[] {WIDE, HIDDEN});
    tensors.put(layer + "mlp.down_proj.weight", new long[] {HIDDEN, WIDE});
    tensors.put(layer + "input_layernorm.weight", new long[] {HIDDEN});
    tensors.put(layer + "post_attention_layernorm.weight", new long[] {HIDDEN});
    return tensors;
  }

  private static ByteBuffer values(long[] shape, Random random) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    ByteBuffer bytes = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat((float) (shape.length == 1 ? 1 : random.nextGaussian() * 0.04));
    }
    return bytes.flip();
  }

  /**
   * What tensors take at their most, and what goes through the heap, are a small part of a shard,
   * in either type and though all linears are merged.
   */
  @ParameterizedTest
  @CsvSource({"lora, ", "dora, ", "dora, bfloat16", "full, ", "full, bfloat16"})
  void shardsStayAsTheyAreAndAreNeverInMemory(String method, String type) throws IOException {
    Path base = sharded();
    try (PretrainedModel model = PretrainedModel.open(base);
        Torch torch = Torch.cpu()) {
      Path adapter = adapter(model, tuning(method, model.usual()), torch);
      long shard = Files.size(base.resolve("model-00001-of-00005.safetensors"));
      assertThat(shard).isGreaterThan(13_000_000);
      Optional<DType> dtype = Optional.ofNullable(type).map(DType::of);
      torch.resetPeak();
      ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = heap.getCurrentThreadAllocatedBytes();
      Path merged = merge(model, base, adapter, dtype, torch);
      long throughHeap = heap.getCurrentThreadAllocatedBytes() - before;

      // Rows of one piece twice (DoRA: and their squares), and one linear's A, B and m.
      long piece = (long) Pieces.SIZE * Float.BYTES;
      // What is only replaced goes from file to file, converted or not.
      long least = method.equals("full") ? 0 : piece;
      assertThat(torch.peakBytes()).isBetween(least, 4 * piece).isLessThan(shard / 3);
      assertThat(throughHeap).isLessThan(shard / 3);
      assertThat(torch.liveTensors()).isZero();
      assertThat(torch.liveBytes()).isZero();

      double[] differences = differences(model, adapter, merged, torch);
      // Where all weights are another's, all are rounded to 8 bits: LogitsCheck's bound of
      // bfloat16.
      double rounding = method.equals("full") ? 5e-2 : 3e-2;
      assertThat(differences[0]).isLessThan(type == null ? 1e-5 : rounding);
      assertThat(differences[1]).isGreaterThan(0.1);
      sameLayout(base, merged, type == null ? 4 : 2);
    }
  }

  private static void sameLayout(Path base, Path merged, int bytes) throws IOException {
    try (var files = Files.list(merged)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "config.json",
              "generation_config.json",
              "tokenizer_config.json",
              "model.safetensors.index.json",
              "model-00001-of-00005.safetensors",
              "model-00002-of-00005.safetensors",
              "model-00003-of-00005.safetensors",
              "model-00004-of-00005.safetensors",
              "model-00005-of-00005.safetensors");
    }
    JsonNode old = JSON.readTree(base.resolve("model.safetensors.index.json").toFile());
    JsonNode index = JSON.readTree(merged.resolve("model.safetensors.index.json").toFile());
    assertThat(index.path("weight_map")).isEqualTo(old.path("weight_map"));
    long elements =
        LAYERS * (4L * HIDDEN * HIDDEN + 3L * WIDE * HIDDEN + 2L * HIDDEN) + 65L * HIDDEN;
    assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(bytes * elements);
    try (SafetensorsFile file =
        SafetensorsFile.open(merged.resolve("model-00002-of-00005.safetensors"))) {
      assertThat(file.names()).isEqualTo(Set.copyOf(shard(1).keySet()));
    }
  }

  /** A tied flag beside a checkpoint with both tables, equal or not. */
  @ParameterizedTest
  @CsvSource({"full, true", "lora, true", "full, false", "lora, false"})
  void tiedOrNotIsWrittenAsItIs(String method, boolean equal) throws IOException {
    Path base = Files.createDirectory(folder.resolve("base"));
    Files.copy(fixture("llama-tied").resolve("config.json"), base.resolve("config.json"));
    SafetensorsWriter writer = new SafetensorsWriter();
    try (PretrainedModel source = PretrainedModel.open(fixture("llama-tied"))) {
      for (String name : source.checkpoint().names()) {
        ByteBuffer values = source.checkpoint().read(name);
        writer.add(source.checkpoint().entry(name), values::duplicate);
      }
      long[] shape = {97, 32};
      TensorEntry head = TensorEntry.of("lm_head.weight", ElementType.F32, shape);
      ByteBuffer copy = source.checkpoint().read("model.embed_tokens.weight");
      writer.add(head, equal ? copy::duplicate : () -> values(shape, new Random(1)));
    }
    writer.writeTo(base.resolve("model.safetensors"));
    try (PretrainedModel model = PretrainedModel.open(base);
        Torch torch = Torch.cpu()) {
      Path adapter = adapter(model, tuning(method, model.usual()), torch);
      Path merged = merge(model, base, adapter, Optional.empty(), torch);
      double[] differences = differences(model, adapter, merged, torch);
      assertThat(differences[0]).isLessThan(1e-5);
      assertThat(differences[1]).isGreaterThan(5e-5);
      try (PretrainedModel opened = PretrainedModel.open(merged)) {
        assertThat(opened.checkpoint().names().contains("lm_head.weight")).isEqualTo(!equal);
        assertThat(opened.notes()).isEmpty();
      }
      JsonNode config = JSON.readTree(merged.resolve("config.json").toFile());
      assertThat(config.path("tie_word_embeddings").asBoolean()).isEqualTo(equal);
    }
  }

  /** What the folder then holds is the language model, by itself. */
  @Test
  void theTextPartOfAModelWithPicturesIsMergedAlone() throws IOException {
    Path base = Files.createDirectory(folder.resolve("whole"));
    String text = Files.readString(fixture("llama-tiny").resolve("config.json"));
    Files.writeString(
        base.resolve("config.json"),
        "{\"model_type\": \"llava\", \"vision_config\": {}, \"text_config\": " + text + "}");
    SafetensorsWriter writer = new SafetensorsWriter();
    try (PretrainedModel source = PretrainedModel.open(fixture("llama-tiny"))) {
      for (String name : source.checkpoint().names()) {
        TensorEntry entry = source.checkpoint().entry(name);
        ByteBuffer values = source.checkpoint().read(name);
        writer.add(
            TensorEntry.of("language_model." + name, entry.type(), entry.shape()),
            values::duplicate);
      }
    }
    writer.add(
        TensorEntry.of("vision_tower.x", ElementType.F32, 1),
        () -> values(new long[] {1}, new Random(1)));
    writer.writeTo(base.resolve("model.safetensors"));
    try (PretrainedModel model = PretrainedModel.open(base);
        Torch torch = Torch.cpu()) {
      Path adapter = adapter(model, tuning("lora", model.usual()), torch);
      Path merged = merge(model, base, adapter, Optional.empty(), torch);
      double[] differences = differences(model, adapter, merged, torch);
      assertThat(differences[0]).isLessThan(1e-5);
      assertThat(differences[1]).isGreaterThan(5e-5);
      try (PretrainedModel opened = PretrainedModel.open(merged)) {
        assertThat(opened.config()).isEqualTo(model.config());
        assertThat(opened.notes()).isEmpty();
        assertThat(opened.checkpoint().names()).isEqualTo(model.checkpoint().names());
      }
      JsonNode config = JSON.readTree(merged.resolve("config.json").toFile());
      assertThat(config.path("model_type").asText()).isEqualTo("llama");
      assertThat(config.has("text_config")).isFalse();
    }
  }

  @Test
  void theHeadGoesAlong() throws IOException {
    try (PretrainedModel model = PretrainedModel.open(fixture("roberta-tiny"));
        Torch torch = Torch.cpu()) {
      Path adapter = adapter(model, tuning("lora", model.usual()), torch);
      Path merged = Files.createDirectory(folder.resolve("merged"));
      try (Adapter open = AdapterFolder.open(adapter)) {
        Merge merge = Merge.of(open, model.usual(), model);
        assertThat(merge.replaced().keySet()).contains("classifier.dense.bias");
        new MergedModel(
                BaseFiles.of(fixture("roberta-tiny")),
                model.checkpoint(),
                merge,
                Optional.empty(),
                Optional.of(List.of("billing", "login", "other")),
                model.usual())
            .write(merged, torch);
      }
      JsonNode config = JSON.readTree(merged.resolve("config.json").toFile());
      assertThat(config.path("id2label").path("1").asText()).isEqualTo("login");
      assertThat(config.path("label2id").path("other").asInt()).isEqualTo(2);
      assertThat(config.path("architectures").path(0).asText())
          .isEqualTo("RobertaForSequenceClassification");
    }
  }

  @Test
  void whatNoWeightCanHoldIsRefused() throws IOException {
    try (PretrainedModel model = PretrainedModel.open(fixture("llama-tiny"));
        Torch torch = Torch.cpu()) {
      LowRank function = new LowRank(2, 1, false, 0, Initializer.KAIMING);
      Path adapter = adapter(model, StateTuning.control(function, LayerSelection.ALL), torch);
      try (Adapter open = AdapterFolder.open(adapter)) {
        assertThatThrownBy(() -> Merge.of(open, model.usual(), model))
            .isInstanceOf(UsageException.class)
            .hasMessage(
                "merge: expected an adapter of lora, dora, vera, adalora, qa-lora, ia3, bitfit,"
                    + " full or probe, found 'x', which computes between states what no weight of"
                    + " the model can hold; use it with --adapter, or export it");
      }
    }
  }

  @Test
  void aBiasIsMergedIntoABias() throws IOException {
    try (PretrainedModel model = PretrainedModel.open(fixture("llama-tiny"));
        Torch torch = Torch.cpu()) {
      Tuning biases = new BitFit(List.of("q_proj", "v_proj"), LayerSelection.parse("1"));
      Path adapter = adapter(model, biases, torch);
      try (Adapter open = AdapterFolder.open(adapter)) {
        assertThatThrownBy(() -> Merge.of(open, model.usual(), model))
            .isInstanceOf(UsageException.class)
            .hasMessage(
                "merge: expected linears with a bias, to which bitfit's is added, found none on 2,"
                    + " such as 'model.layers.1.self_attn.q_proj'; use the adapter with --adapter,"
                    + " or export it");
      }
    }
  }
}
