package dev.statecraft.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.CheckpointFolder;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.testkit.Fixtures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models within others, and projections in other pieces: the weights are the model's own. */
class WrappedCheckpointTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private final Map<TensorEntry, ByteBuffer> tensors = new LinkedHashMap<>();

  private static ObjectNode config(String fixture) throws IOException {
    return (ObjectNode)
        JSON.readTree(Files.readString(Fixtures.file(fixture).resolve("config.json")));
  }

  private void put(ObjectNode config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config.toString());
  }

  /** Adds a fixture's tensors under other names; a name of null leaves one out. */
  private void add(String fixture, UnaryOperator<String> name) throws IOException {
    try (CheckpointSource source = CheckpointFolder.open(Fixtures.file(fixture))) {
      for (String old : source.names()) {
        if (name.apply(old) != null) {
          TensorEntry entry = source.entry(old);
          add(TensorEntry.of(name.apply(old), entry.type(), entry.shape()), source.read(old));
        }
      }
    }
  }

  private void add(TensorEntry entry, ByteBuffer values) {
    tensors.put(entry, values);
  }

  private void add(String name) {
    add(TensorEntry.of(name, ElementType.F32, 2), ByteBuffer.allocate(8));
  }

  private PretrainedModel open() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    tensors.forEach((entry, values) -> writer.add(entry, values::duplicate));
    writer.writeTo(folder.resolve("model.safetensors"));
    return PretrainedModel.open(folder);
  }

  /** All that the graph asks for is there, and is the fixture's. */
  private static void isTheModel(PretrainedModel model, String fixture) {
    CheckpointReport report = model.report(model.usual().graph());
    assertThat(report.missing()).isEmpty();
    assertThat(report.misshaped()).isEmpty();
    try (PretrainedModel original = PretrainedModel.open(Fixtures.file(fixture))) {
      CheckpointReport whole = original.report(original.usual().graph());
      for (String tensor : original.checkpoint().names()) {
        if (!whole.unexpected().contains(tensor)) {
          assertThat(model.checkpoint().read(tensor))
              .as(tensor)
              .isEqualTo(original.checkpoint().read(tensor));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, module.",
    "llama-tiny, _orig_mod.",
    "llama-tiny, base_model.model.",
    "llama-tiny, _orig_mod.module.",
    "llama-tied, module.",
    "gemma3-tiny, language_model.",
    "phi3-tiny, model.language.",
    "bert-tiny, 0.auto_model.",
    "roberta-tiny, module.",
    "distilbert-tiny, 0.auto_model.",
    "modernbert-tiny, _orig_mod.",
    "vit-tiny, student."
  })
  void onePrefixIsTakenAway(String fixture, String prefix) throws IOException {
    put(config(fixture));
    add(fixture, name -> prefix + name);
    try (PretrainedModel model = open()) {
      isTheModel(model, fixture);
      assertThat(model.report(model.usual().graph()).unexpected()).isEmpty();
      assertThat(model.notes()).isEmpty();
    }
  }

  /** As sentence-transformers' modules and {@code torch.compile} of a bare model have them. */
  @ParameterizedTest
  @CsvSource({
    "llama-tiny, model., _orig_mod.",
    "llama-tiny, model., model.language_model.",
    "vit-tiny, vit., vision.",
  })
  void bareOnesAreFoundWithinOthersToo(String fixture, String own, String prefix)
      throws IOException {
    put(config(fixture));
    add(fixture, name -> name.startsWith(own) ? prefix + name.substring(own.length()) : name);
    try (PretrainedModel model = open()) {
      isTheModel(model, fixture);
    }
  }

  @Test
  void aBareBertWithinAnotherIsBare() throws IOException {
    put(config("bert-tiny"));
    add(
        "bert-tiny",
        name -> name.startsWith("bert.") ? "encoder." + name.substring(5) : "out." + name);
    try (PretrainedModel model = open();
        CheckpointSource original = CheckpointFolder.open(Fixtures.file("bert-tiny"))) {
      assertThat(model.report(model.usual().graph()).missing()).isEmpty();
      assertThat(model.checkpoint().read("embeddings.word_embeddings.weight"))
          .isEqualTo(original.read("bert.embeddings.word_embeddings.weight"));
    }
  }

  /** The plain names come first; the copies are of no use, and told as such. */
  @Test
  void aWrappedCopyBesideThePlainOneIsLeft() throws IOException {
    put(config("llama-tiny"));
    add("llama-tiny", name -> name);
    add("llama-tied", name -> "module." + name);
    try (PretrainedModel model = open()) {
      isTheModel(model, "llama-tiny");
      assertThat(model.report(model.usual().graph()).unexpected())
          .isNotEmpty()
          .allMatch(name -> name.startsWith("module."));
    }
  }

  @Test
  void twoModelsSideBySideAreRefused() throws IOException {
    put(config("bert-tiny"));
    add("bert-tiny", name -> "query." + name);
    add("bert-tiny", name -> "passage." + name);
    assertThatThrownBy(this::open)
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            folder
                + ": expected the tensors of one model, found those of two, under 'query.' and"
                + " 'passage.'");
  }

  private void putWhole(String type, ObjectNode text) throws IOException {
    ObjectNode whole = JSON.createObjectNode().put("model_type", type);
    whole.putObject("vision_config").put("hidden_size", 7);
    whole.set("text_config", text);
    put(whole);
  }

  @ParameterizedTest
  @CsvSource({
    // As the first files were published, and as transformers 5 writes them.
    "gemma3, gemma3-tiny, language_model.model., language_model.lm_head.",
    "gemma3, gemma3-tiny, model.language_model., lm_head.",
    "llava, llama-tiny, language_model.model., language_model.lm_head.",
    "llava_next, llama-tiny, language_model.model.model., language_model.lm_head.",
    "smolvlm, llama-tiny, model.text_model., lm_head.",
    "mistral3, mistral-tiny, language_model.model., language_model.lm_head.",
    "gemma3, gemma3-tiny, _orig_mod.model.language_model., _orig_mod.lm_head."
  })
  void textPartsAreOpenedWithoutTheRest(String type, String fixture, String network, String head)
      throws IOException {
    putWhole(type, config(fixture));
    add(
        fixture,
        name ->
            name.startsWith("model.")
                ? network + name.substring("model.".length())
                : name.replace("lm_head.", head));
    String wrapper = network.startsWith("_orig_mod.") ? "_orig_mod." : "";
    add(wrapper + "vision_tower.layers.0.weight");
    add(wrapper + "vision_tower.layers.1.weight");
    add(wrapper + "model.multi_modal_projector.bias");
    try (PretrainedModel model = open()) {
      isTheModel(model, fixture);
      assertThat(model.notes())
          .containsExactly(
              "the text part of a "
                  + type
                  + " model, and so are adapters for it (in Python they do nothing on the whole,"
                  + " but fit the text part saved by itself); tensors left out: 3, of"
                  + " [multi_modal_projector, vision_tower]");
      assertThat(model.checkpoint().names()).noneMatch(name -> name.contains("vision_tower"));
    }
  }

  /** Qwen's first models with pictures have both in one object, and the text's plain names. */
  @ParameterizedTest
  @ValueSource(strings = {"", "_orig_mod.", "module._orig_mod."})
  void textPartsWithoutAnObjectOfTheirOwn(String wrapper) throws IOException {
    ObjectNode config = config("qwen2-tiny");
    config.put("model_type", "qwen2_vl").put("image_token_id", 3);
    config.putObject("vision_config").put("depth", 2);
    config.remove("rope_parameters");
    config.put("rope_theta", 10_000.0);
    config
        .putObject("rope_scaling")
        .put("type", "mrope")
        .putArray("mrope_section")
        .add(1)
        .add(1)
        .add(2);
    put(config);
    add("qwen2-tiny", name -> wrapper + name);
    add(wrapper + "visual.blocks.0.norm1.weight");
    try (PretrainedModel model = open();
        PretrainedModel original = PretrainedModel.open(Fixtures.file("qwen2-tiny"))) {
      isTheModel(model, "qwen2-tiny");
      assertThat(model.config()).isEqualTo(original.config());
      assertThat(model.report(model.usual().graph()).unexpected()).isEmpty();
      assertThat(model.notes())
          .containsExactly(
              "the text part of a qwen2_vl model, and so are adapters for it (in Python they do"
                  + " nothing on the whole, but fit the text part saved by itself); tensors left"
                  + " out: 1, of [visual]");
    }
  }

  /** transformers keeps both where they differ, wherever the head lies. */
  @ParameterizedTest
  @CsvSource({"lm_head.weight", "model.lm_head.weight"})
  void aHeadOfItsOwnOutsideTheTextPartIsKept(String head) throws IOException {
    putWhole("llava", config("llama-tied"));
    add("llama-tied", name -> name.replace("model.", "model.language_model."));
    add(TensorEntry.of(head, ElementType.F32, 97, 32), ByteBuffer.allocate(97 * 32 * 4));
    add(TensorEntry.of("audio.lm_head.weight", ElementType.F32, 9), ByteBuffer.allocate(36));
    try (PretrainedModel model = open()) {
      assertThat(model.config().tied()).isEmpty();
      assertThat(model.notes()).hasSize(2);
      assertThat(model.notes().get(1)).startsWith("tie_word_embeddings is true, but");
      CheckpointReport report = model.report(model.usual().graph());
      assertThat(report.missing()).isEmpty();
      assertThat(report.unexpected()).isEmpty();
    }
  }

  /** Keys that stand in the whole's object, and quantization that is told there. */
  @Test
  void whatTheWholeSaysHoldsForItsPart() throws IOException {
    ObjectNode text = config("llama-tiny");
    text.remove(List.of("eos_token_id", "tie_word_embeddings", "dtype", "torch_dtype"));
    ObjectNode whole = JSON.createObjectNode().put("model_type", "llava").put("eos_token_id", 5);
    whole.put("torch_dtype", "float16").put("tie_word_embeddings", true).set("text_config", text);
    put(whole);
    add("llama-tied", name -> name);
    try (PretrainedModel model = open()) {
      assertThat(model.config().eosTokenIds()).containsExactly(5);
      assertThat(model.config().dtype()).contains("float16");
      assertThat(model.config().tied()).isPresent();
    }
    whole.putObject("quantization_config").put("quant_method", "fp8");
    put(whole);
    assertThatThrownBy(this::open)
        .hasMessageContaining("quantization_config: expected weights as they were trained, found")
        .hasMessageContaining("quantized by fp8");
    whole.remove("quantization_config");
    text.putObject("quantization_config").put("quant_method", "awq");
    put(whole);
    assertThatThrownBy(this::open).hasMessageContaining("quantized by awq");
  }

  private static ByteBuffer joined(CheckpointSource source, List<String> names) {
    int bytes = names.stream().mapToInt(name -> (int) source.entry(name).bytes()).sum();
    ByteBuffer joined = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    names.forEach(name -> joined.put(source.read(name)));
    return joined.flip();
  }

  private static TensorEntry stacked(CheckpointSource source, String name, List<String> parts) {
    long[] shape = source.entry(parts.get(0)).shape();
    shape[0] = parts.stream().mapToLong(part -> source.entry(part).shape()[0]).sum();
    return TensorEntry.of(name, source.entry(parts.get(0)).type(), shape);
  }

  private static final Set<String> SPLIT =
      Set.of("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj");

  private static String module(String name) {
    String module = name.substring(0, name.lastIndexOf('.'));
    return module.substring(module.lastIndexOf('.') + 1);
  }

  /** Of biases too, as Qwen2 has them, and with fewer key heads than query heads. */
  @ParameterizedTest
  @CsvSource({"llama-tiny", "qwen2-tiny", "mistral-tiny"})
  void projectionsInOnePieceAreCut(String fixture) throws IOException {
    put(config(fixture));
    try (CheckpointSource source = CheckpointFolder.open(Fixtures.file(fixture))) {
      add(fixture, name -> SPLIT.contains(module(name)) ? null : name);
      for (String name : source.names()) {
        for (String first : List.of("q_proj", "gate_proj")) {
          if (module(name).equals(first)) {
            List<String> parts =
                first.equals("q_proj")
                    ? List.of(name, name.replace(first, "k_proj"), name.replace(first, "v_proj"))
                    : List.of(name, name.replace(first, "up_proj"));
            String whole = first.equals("q_proj") ? "qkv_proj" : "gate_up_proj";
            add(stacked(source, name.replace(first, whole), parts), joined(source, parts));
          }
        }
      }
      try (PretrainedModel model = open()) {
        isTheModel(model, fixture);
        assertThat(model.report(model.usual().graph()).unexpected()).isEmpty();
        assertThat(model.notes())
            .singleElement()
            .asString()
            .contains("in other pieces than transformers' " + model.config().modelType());
      }
    }
  }

  @Test
  void projectionsInSeveralPiecesAreJoined() throws IOException {
    put(config("phi3-tiny"));
    ObjectNode config = config("phi3-tiny");
    int hidden = config.path("hidden_size").asInt();
    int head = hidden / config.path("num_attention_heads").asInt();
    long keys = (long) head * config.path("num_key_value_heads").asInt();
    long wide = config.path("intermediate_size").asInt();
    try (CheckpointSource source = CheckpointFolder.open(Fixtures.file("phi3-tiny"))) {
      for (String name : source.names()) {
        switch (module(name)) {
          case "qkv_proj" ->
              cut(
                  source,
                  name,
                  "qkv_proj",
                  List.of("q_proj", "k_proj", "v_proj"),
                  new long[] {hidden, keys, keys});
          case "gate_up_proj" ->
              cut(
                  source,
                  name,
                  "gate_up_proj",
                  List.of("gate_proj", "up_proj"),
                  new long[] {wide, wide});
          default -> add(source.entry(name), source.read(name));
        }
      }
    }
    try (PretrainedModel model = open()) {
      isTheModel(model, "phi3-tiny");
      assertThat(model.notes()).singleElement().asString().contains("transformers' phi3");
    }
  }

  private void cut(
      CheckpointSource source, String name, String whole, List<String> parts, long[] rows) {
    TensorEntry entry = source.entry(name);
    long rowBytes = entry.bytes() / entry.shape()[0];
    long at = 0;
    for (int i = 0; i < rows.length; i++) {
      int bytes = (int) (rows[i] * rowBytes);
      add(
          TensorEntry.of(
              name.replace(whole, parts.get(i)), entry.type(), rows[i], entry.shape()[1]),
          source.read(name, at, bytes));
      at += bytes;
    }
  }

  /** Nor are they joined where their types differ. */
  @Test
  void projectionsOfOtherTypesStayAsTheyAre() throws IOException {
    put(config("phi3-tiny"));
    String whole = "model.layers.0.mlp.gate_up_proj.weight";
    add("phi3-tiny", name -> name.equals(whole) ? null : name);
    String gate = whole.replace("gate_up", "gate");
    String up = whole.replace("gate_up", "up");
    add(TensorEntry.of(gate, ElementType.F32, 88, 32), ByteBuffer.allocate(88 * 32 * 4));
    add(TensorEntry.of(up, ElementType.BF16, 88, 32), ByteBuffer.allocate(88 * 32 * 2));
    try (PretrainedModel model = open()) {
      CheckpointReport report = model.report(model.usual().graph());
      assertThat(report.missing()).containsExactly(whole);
      assertThat(report.unexpected()).containsExactly(gate, up);
    }
  }

  @Test
  void projectionsOfOtherSizesStayAsTheyAre() throws IOException {
    put(config("llama-tiny"));
    add("llama-tiny", name -> SPLIT.contains(module(name)) ? null : name);
    String fused = "model.layers.0.self_attn.qkv_proj.weight";
    add(TensorEntry.of(fused, ElementType.F32, 3, 32), ByteBuffer.allocate(3 * 32 * 4));
    try (PretrainedModel model = open()) {
      CheckpointReport report = model.report(model.usual().graph());
      assertThat(report.missing()).contains("model.layers.0.self_attn.q_proj.weight");
      assertThat(report.unexpected()).containsExactly(fused);
      assertThat(model.notes()).isEmpty();
    }
  }
}
