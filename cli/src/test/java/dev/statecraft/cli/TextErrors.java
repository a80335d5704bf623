package dev.statecraft.cli;

import dev.statecraft.studio.engine.LabelledBert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How texts and their labels end in errors. */
record TextErrors(ErrorScenarios scenarios, Path folder) {
  void add() {
    scenarios.put(
        "<file> row <n> (line <n>): column '<column>': expected a label, found nothing",
        () -> trained("w4,a\nw5,\n"));
    scenarios.put(
        "<file> row <n> (line <n>): expected token ids from 0 to below <n> (vocab_size of"
            + " config.json), found <n>: the tokenizer is not this model's",
        () -> trained("w4,a\nw60,b\n"));
    scenarios.put(
        "<file> row <n> (line <n>): max_length: expected more than the <n> special tokens around"
            + " <texts>, found <n>",
        () -> trained("w4,a\nw5 w6,b\n", "data.max_length=2"));
    scenarios.put(
        "holding out a part of <n> examples leaves a part empty, as no label has more than one"
            + " example",
        () -> trained("w4,a\nw5,b\nw6,c\n", "data.validation={split: 0.4}"));
    scenarios.put(
        "<file>: truncation_side: expected left or right, found '<text>'",
        () -> {
          model();
          Path config = folder.resolve("bert/tokenizer_config.json");
          Files.writeString(config, "{\"truncation_side\": \"middle\"}");
          try {
            return scenarios.run("train", "-c", "texts.yaml");
          } finally {
            Files.delete(config);
          }
        });
  }

  private void model() throws IOException {
    LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
    Files.writeString(folder.resolve("texts.csv"), "text,label\nw4,a\nw5,b\n");
    Files.writeString(
        folder.resolve("texts.yaml"),
        "{model: bert, method: {name: lora, rank: 2}, task: classification,"
            + " data: {train: texts.csv, validation: none}}");
  }

  private ErrorScenarios.Outcome trained(String rows, String... changes) throws IOException {
    model();
    Files.writeString(folder.resolve("texts.csv"), "text,label\n" + rows);
    String[] arguments = new String[3 + 2 * changes.length];
    arguments[0] = "train";
    arguments[1] = "-c";
    arguments[2] = "texts.yaml";
    for (int i = 0; i < changes.length; i++) {
      arguments[3 + 2 * i] = "--set";
      arguments[4 + 2 * i] = changes[i];
    }
    return scenarios.run(arguments);
  }
}
