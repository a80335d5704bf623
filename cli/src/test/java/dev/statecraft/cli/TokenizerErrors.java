package dev.statecraft.cli;

import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How tokenizers, and what is said of prompts, end in errors. */
record TokenizerErrors(ErrorScenarios scenarios, Path folder) {
  void add() {
    scenarios.put(
        "<file>: model.unk_token: expected a token of the vocabulary, found '<token>'",
        () -> generated("\"unk_token\": \"<unk>\"", "\"unk_token\": \"[UNK]\""));
    scenarios.put(
        "<file>: <where>: expected the id of a token, found <id>",
        () ->
            generated(
                "\"added_tokens\": []",
                "\"added_tokens\": [], \"post_processor\": {\"type\": \"BertProcessing\","
                    + " \"sep\": [\"w3\", 3], \"cls\": [\"w4\", 4000]}"));
    scenarios.put(
        "<file>: expected JSON of at most 64 levels, with numbers of at most 100 digits",
        () ->
            generated(
                "\"added_tokens\": []",
                "\"added_tokens\": [], \"x\": " + "[".repeat(99) + "]".repeat(99)));
    scenarios.put(
        "<file>: expected a tokenizer.json that the tokenizer library can use, found that it breaks"
            + " down on it (tried in a process of its own)",
        () ->
            generated(
                "\"added_tokens\": []",
                "\"added_tokens\": [], \"normalizer\": {\"type\": \"Precompiled\","
                    + " \"precompiled_charsmap\": \"AAAAAA==\"}"));
    scenarios.put(
        "<file>: <key>: expected a token with a content, found <value>",
        () -> {
          model();
          Files.writeString(folder.resolve("tiny/tokenizer_config.json"), "{\"eos_token\": 4}");
          return generate();
        });
    scenarios.put(
        "expected either --chat or --raw, found both",
        () -> scenarios.run("generate", "--model", "m", "--prompt", "x", "--chat", "--raw"));
  }

  private Path model() throws IOException {
    return TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("tiny")));
  }

  private ErrorScenarios.Outcome generated(String part, String other) throws IOException {
    Path file = model().resolve("tokenizer.json");
    Files.writeString(file, Files.readString(file).replace(part, other));
    return generate();
  }

  private ErrorScenarios.Outcome generate() throws IOException {
    return scenarios.run("generate", "--model", "tiny", "--prompt", "w3");
  }
}
