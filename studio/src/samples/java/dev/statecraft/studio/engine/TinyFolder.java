package dev.statecraft.studio.engine;

import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.function.Consumer;

/** Folders of a tiny LLaMA without a tokenizer, and of adapters for it, all of random values. */
public final class TinyFolder {
  private static final int HIDDEN = 16;
  private static final int WIDE = 24;
  private static final int LAYERS = 2;

  private TinyFolder() {}

  /** A model. */
  public static Path model(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "llama", "vocab_size": 48, "hidden_size": %d, "intermediate_size": %d,
         "num_hidden_layers": %d, "num_attention_heads": 4, "num_key_value_heads": 2,
         "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
         "hidden_act": "silu", "tie_word_embeddings": true, "bos_token_id": 1,
         "eos_token_id": 2, "torch_dtype": "float32"}
        """
            .formatted(HIDDEN, WIDE, LAYERS));
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("model.embed_tokens.weight", new long[] {48, HIDDEN});
    shapes.put("model.norm.weight", new long[] {HIDDEN});
    for (int layer = 0; layer < LAYERS; layer++) {
      String module = "model.layers." + layer + ".";
      shapes.put(module + "self_attn.q_proj.weight", new long[] {HIDDEN, HIDDEN});
      shapes.put(module + "self_attn.k_proj.weight", new long[] {HIDDEN / 2, HIDDEN});
      shapes.put(module + "self_attn.v_proj.weight", new long[] {HIDDEN / 2, HIDDEN});
      shapes.put(module + "self_attn.o_proj.weight", new long[] {HIDDEN, HIDDEN});
      shapes.put(module + "mlp.gate_proj.weight", new long[] {WIDE, HIDDEN});
      shapes.put(module + "mlp.up_proj.weight", new long[] {WIDE, HIDDEN});
      shapes.put(module + "mlp.down_proj.weight", new long[] {HIDDEN, WIDE});
      shapes.put(module + "input_layernorm.weight", new long[] {HIDDEN});
      shapes.put(module + "post_attention_layernorm.weight", new long[] {HIDDEN});
    }
    write(folder.resolve("model.safetensors"), shapes, 1);
    return folder;
  }

  /** Gives the model a tokenizer: id i is spelled {@code w<i>}, words are split at spaces. */
  public static Path withTokenizer(Path model) throws IOException {
    StringJoiner words = new StringJoiner(", ");
    for (int id = 3; id < 48; id++) {
      words.add("\"w" + id + "\": " + id);
    }
    Files.writeString(
        model.resolve("tokenizer.json"),
        """
        {"version": "1.0", "added_tokens": [], "pre_tokenizer": {"type": "WhitespaceSplit"},
         "model": {"type": "WordLevel", "unk_token": "<unk>",
                   "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, %s}}}
        """
            .formatted(words));
    return model;
  }

  /** 24 texts of random words for the tokenizer. */
  public static Path texts(Path file) throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 24; i++) {
      StringJoiner text = new StringJoiner(" ", "{\"text\": \"", "\"}\n");
      random.ints(4 + random.nextInt(16), 3, 48).forEach(id -> text.add("w" + id));
      rows.append(text);
    }
    return Files.writeString(file, rows);
  }

  /** A LoRA adapter in PEFT's format. */
  public static Path lora(Path folder, Path model) throws IOException {
    return lora(folder, model, false);
  }

  /**
   * The same.
   *
   * @param bias whether B has one
   */
  public static Path lora(Path folder, Path model, boolean bias) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj", "up_proj"],
         "lora_bias": %s, "base_model_name_or_path": "%s"}
        """
            .formatted(bias, model.toString().replace('\\', '/')));
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      String module = "base_model.model.model.layers." + layer + ".";
      shapes.put(module + "self_attn.q_proj.lora_A.weight", new long[] {2, HIDDEN});
      shapes.put(module + "self_attn.q_proj.lora_B.weight", new long[] {HIDDEN, 2});
      shapes.put(module + "mlp.up_proj.lora_A.weight", new long[] {2, HIDDEN});
      shapes.put(module + "mlp.up_proj.lora_B.weight", new long[] {WIDE, 2});
      if (bias) {
        shapes.put(module + "self_attn.q_proj.lora_B.bias", new long[] {HIDDEN});
        shapes.put(module + "mlp.up_proj.lora_B.bias", new long[] {WIDE});
      }
    }
    write(folder.resolve("adapter_model.safetensors"), shapes, 2);
    return folder;
  }

  /** Control around the MLPs, as a checkpoint of the paper's. */
  public static Path paper(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(
        folder.resolve("adapter_config.json"),
        """
        {"peft_type": "CONTROL", "control_rank": 2, "control_alpha": 1.0, "double_control": false}
        """);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      shapes.put("model.layers." + layer + ".lora_A.weight", new long[] {2, HIDDEN});
      shapes.put("model.layers." + layer + ".lora_B.weight", new long[] {HIDDEN, 2});
    }
    write(folder.resolve("model.safetensors"), shapes, 3);
    return folder;
  }

  private static void write(Path file, Map<String, long[]> shapes, long seed) throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    Random random = new Random(seed);
    shapes.forEach((name, shape) -> writer.add(entry(name, shape), () -> values(shape, random)));
    writer.writeTo(file);
  }

  private static TensorEntry entry(String name, long[] shape) {
    return TensorEntry.of(name, ElementType.F32, shape);
  }

  private static ByteBuffer values(long[] shape, Random random) {
    int count = (int) (shape.length == 1 ? shape[0] : shape[0] * shape[1]);
    ByteBuffer bytes = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
    Consumer<Double> put = value -> bytes.putFloat(value.floatValue());
    for (int i = 0; i < count; i++) {
      put.accept(shape.length == 1 ? 1 : random.nextGaussian() * 0.3);
    }
    return bytes.flip();
  }
}
