package dev.statecraft.cli;

import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.studio.engine.LabelledBert;
import dev.statecraft.studio.engine.SmallVit;
import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How texts that cannot be embedded end in errors. */
record EmbedErrors(ErrorScenarios scenarios, Path folder) {
  private static final String TEXTS = "{\"text\": \"w5 w6 w7\"}\n";
  private static final String TRANSFORMER = module("", "Transformer");
  private static final String POOLING = module("1_Pooling", "Pooling");
  private static final String MEAN = "{\"pooling_mode_mean_tokens\": true}";

  void add() {
    options();
    texts();
    modules();
    dense();
  }

  private void options() {
    scenarios.put(
        "--dtype: expected one of [float32, bfloat16, float64], found '<type>'",
        embed(TEXTS, "--dtype", "int8"));
    scenarios.put(
        "--output: expected a file that ends in .jsonl or .npy, found '<name>'",
        embed(TEXTS, "-o", "out.csv"));
    scenarios.put(
        "--output: expected another file than --input, found <file>",
        embed(TEXTS, "-o", "in.jsonl"));
    scenarios.put("--json: expected --output beside it, found none", embed(TEXTS, "--json"));
    scenarios.put(
        "expected either --prompt or --prompt-text, found both",
        embed(TEXTS, "--prompt", "query", "--prompt-text", "w5"));
    scenarios.put("--batch-size: expected 1 or more, found <n>", embed(TEXTS, "--batch-size", "0"));
    scenarios.put("--max-length: expected 1 or more, found <n>", embed(TEXTS, "--max-length", "0"));
    scenarios.put(
        "max_length: expected more than the <n> special tokens around a text, found <n>",
        embed(TEXTS, "--max-length", "2"));
    scenarios.put(
        "--prompt: expected a model that names prompts, found none; --prompt-text takes any text",
        embed(TEXTS, "--prompt", "query"));
    scenarios.put(
        "--prompt: expected one of [<names>], which the model names, found '<word>'",
        with(
            "config_sentence_transformers.json",
            "{\"prompts\": {\"query\": \"w5 \", \"passage\": \"w6 \"}}",
            "--prompt",
            "document"));
  }

  private void texts() {
    scenarios.put(
        "<place>: expected a column text or sentence, or --field to name another, found"
            + " [<columns>]",
        embed("{\"words\": \"w5\"}\n"));
    scenarios.put(
        "<file>: expected at least one text, found none",
        () -> {
          Files.writeString(folder.resolve("blank.txt"), "\n  \n");
          return embed(TEXTS).play("--input", "blank.txt");
        });
    scenarios.put(
        "<place>: expected a text of 1 token or more, found none",
        () -> {
          TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
          return embed("{\"text\": \"\"}\n").play("--model", "llama");
        });
    scenarios.put(
        "<place>: expected a text of 1 token or more after the prompt, found none",
        () -> {
          Path llama = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("llama")));
          folder(llama, "[" + TRANSFORMER + ", " + POOLING + "]", "{\"include_prompt\": false}");
          return embed("{\"text\": \"\"}\n").play("--model", "llama", "--prompt-text", "w5");
        });
    scenarios.put(
        "<place>: expected a vector of finite numbers, found <number>",
        () -> {
          Path bert = bert();
          String[] mean = {TRANSFORMER, POOLING, module("2_Dense", "Dense")};
          folder(bert, "[" + String.join(", ", mean) + "]", MEAN);
          layer(bert, "{\"in_features\": 16, \"out_features\": 1, \"bias\": false}", "NaN");
          return embed(TEXTS).play("--model", "bert");
        });
    scenarios.put(
        "<model>: expected a model that reads texts, found <type>",
        () -> {
          SmallVit.write(
              Files.createDirectories(folder.resolve("vit")), 16, 4, 3, List.of("a", "b"));
          return embed(TEXTS).play("--model", "vit");
        });
  }

  private void modules() {
    scenarios.put(
        "<file>: expected a JSON array of objects, found <value>", with("modules.json", "{}"));
    scenarios.put(
        "<file>: <key>: expected Transformer, Pooling, Dense or Normalize of"
            + " sentence_transformers.*, found <value>",
        listed(TRANSFORMER, POOLING, module("2_CNN", "CNN")));
    scenarios.put(
        "<file>: expected Transformer, Pooling and then Dense or Normalize, found <modules>",
        listed(TRANSFORMER, module("1_Normalize", "Normalize")));
    scenarios.put(
        "<file>: <key>: expected \"\", as the model lies in the folder itself, found <value>",
        listed(module("0_BERT", "Transformer"), POOLING));
    scenarios.put(
        "<file>: expected how tokens are pooled, found no file",
        listed(TRANSFORMER, module("1_None", "Pooling")));
    scenarios.put(
        "<file>: pooling_mode: expected one or more of [<modes>], found <value>",
        with("1_Pooling/config.json", "{\"pooling_mode\": \"median\"}"));
    scenarios.put(
        "<file>: <key>: expected no such key, as nothing is known of what it does, found <value>",
        with("1_Pooling/config.json", "{\"pooling_mode_median_tokens\": true}"));
    scenarios.put(
        "<file>: <key>: expected nothing, as it would change what is computed, found <value>",
        with("sentence_bert_config.json", "{\"query_length\": 32}"));
    scenarios.put(
        "<file>: default_prompt_name: expected one of [<names>], found <value>",
        with(
            "config_sentence_transformers.json",
            "{\"prompts\": {\"query\": \"w5 \"}, \"default_prompt_name\": \"passage\"}"));
    scenarios.put(
        "<file>: model_type: expected \"SentenceTransformer\", found <value>",
        with("config_sentence_transformers.json", "{\"model_type\": \"SparseEncoder\"}"));
  }

  private void dense() {
    scenarios.put(
        "<file>: activation_function: expected one of [<functions>], found <value>",
        dense(
            "{\"in_features\": 16, \"out_features\": 1,"
                + " \"activation_function\": \"torch.nn.modules.activation.Mish\"}"));
    scenarios.put(
        "<file>: in_features: expected the <n> that come before, found <n>",
        dense("{\"in_features\": 8, \"out_features\": 2, \"bias\": false}"));
    scenarios.put(
        "<file>: expected the tensor '<name>', found [<names>]",
        dense("{\"in_features\": 16, \"out_features\": 1}"));
    scenarios.put(
        "<file>: tensor '<name>': expected the shape <shape>, found <shape>",
        dense("{\"in_features\": 16, \"out_features\": 2, \"bias\": false}"));
    scenarios.put(
        "<file>: use_residual: expected false, found true",
        dense("{\"in_features\": 16, \"out_features\": 1, \"use_residual\": true}"));
  }

  /** One with more options. */
  private interface Embedding extends ErrorScenarios.Scenario {
    ErrorScenarios.Outcome play(String... more) throws IOException;

    @Override
    default ErrorScenarios.Outcome play() throws IOException {
      return play(new String[0]);
    }
  }

  private Embedding embed(String rows, String... options) {
    return more -> {
      Files.writeString(folder.resolve("in.jsonl"), rows);
      List<String> given = new ArrayList<>(List.of("embed"));
      List<String> all = new ArrayList<>(List.of(options));
      all.addAll(List.of(more));
      if (!all.contains("--model")) {
        if (!Files.exists(folder.resolve("bert"))) {
          bert();
        }
        given.addAll(List.of("--model", "bert"));
      }
      if (!all.contains("--input")) {
        given.addAll(List.of("--input", "in.jsonl"));
      }
      given.addAll(all);
      return scenarios.run(given.toArray(String[]::new));
    };
  }

  private Path bert() throws IOException {
    return LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
  }

  private static String module(String path, String kind) {
    return "{\"path\": \"" + path + "\", \"type\": \"sentence_transformers.models." + kind + "\"}";
  }

  private static void folder(Path model, String modules, String pooling) throws IOException {
    Files.writeString(model.resolve("modules.json"), modules);
    Files.createDirectories(model.resolve("1_Pooling"));
    Files.writeString(model.resolve("1_Pooling/config.json"), pooling);
  }

  private ErrorScenarios.Scenario listed(String... modules) {
    return () -> {
      folder(bert(), "[" + String.join(", ", modules) + "]", MEAN);
      return embed(TEXTS).play();
    };
  }

  /** A folder that works but for one file. */
  private ErrorScenarios.Scenario with(String file, String json, String... options) {
    return () -> {
      Path model = bert();
      folder(model, "[" + TRANSFORMER + ", " + POOLING + "]", MEAN);
      Files.writeString(model.resolve(file), json);
      return embed(TEXTS).play(options);
    };
  }

  private ErrorScenarios.Scenario dense(String config) {
    return () -> {
      Path model = bert();
      String[] modules = {TRANSFORMER, POOLING, module("2_Dense", "Dense")};
      folder(model, "[" + String.join(", ", modules) + "]", MEAN);
      layer(model, config, config.contains("8") ? "8" : "1");
      return embed(TEXTS).play();
    };
  }

  /** A layer of 1 output for 16 inputs, or 2 for 8. */
  private static void layer(Path model, String config, String value) throws IOException {
    Path dense = Files.createDirectories(model.resolve("2_Dense"));
    Files.writeString(dense.resolve("config.json"), config);
    ByteBuffer values = ByteBuffer.allocate(16 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putFloat(Float.parseFloat(value));
    }
    long[] shape = value.equals("8") ? new long[] {2, 8} : new long[] {1, 16};
    SafetensorsWriter writer = new SafetensorsWriter();
    writer.add(TensorEntry.of("linear.weight", ElementType.F32, shape), values::flip);
    writer.writeTo(dense.resolve("model.safetensors"));
  }
}
