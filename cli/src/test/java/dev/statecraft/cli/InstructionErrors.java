package dev.statecraft.cli;

import dev.statecraft.studio.engine.TinyFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How rows of instruction data end in errors. */
record InstructionErrors(ErrorScenarios scenarios, Path folder) {
  void add() {
    scenarios.put(
        "<row>: messages[<n>].weight should be 0 (not learned) or 1 (learned), found <value>",
        () -> trained("{'messages': [{'role': 'assistant', 'content': 'w3', 'weight': 0.5}]}"));
    scenarios.put(
        "<row>: messages[<n>].<key> should be true (learned) or false (not learned), found <value>",
        () -> trained("{'messages': [{'role': 'assistant', 'content': 'w3', 'train': 'no'}]}"));
    scenarios.put(
        "<row>: messages[<n>]: '<key>' and '<key>' contradict each other",
        () ->
            trained(
                "{'messages': [{'role': 'assistant', 'content': 'w3', 'weight': 0, 'train':"
                    + " true}]}"));
    scenarios.put(
        "<row>: column 'history' should be a list of pairs [instruction, answer] of text, found"
            + " <value>",
        () -> trained("{'instruction': 'w3', 'output': 'w4', 'history': [['w5']]}"));
    scenarios.put(
        "<file> row <n> (line <n>): <template> line <n>: <problem>",
        () ->
            trained(
                "{'messages': [{'role': 'user', 'content': 'w3'},"
                    + " {'role': 'assistant', 'content': 'w4'}]}",
                "{'messages': [{'role': 'system', 'content': 'w3'},"
                    + " {'role': 'assistant', 'content': 'w4'}]}"));
  }

  private ErrorScenarios.Outcome trained(String... rows) throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("tiny")));
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}"
            + "{% endif %}{{ m.role }} {{ m.content }} {% endfor %}");
    Files.writeString(
        folder.resolve("rows.jsonl"), String.join("\n", rows).replace('\'', '"') + "\n");
    Files.writeString(
        folder.resolve("chat.yaml"),
        "{model: tiny, method: {name: lora, rank: 2}, task: causal-lm,"
            + " data: {train: rows.jsonl, validation: none}}");
    return scenarios.run("train", "-c", "chat.yaml");
  }
}
