package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.cli.command.ChatCommand;
import dev.statecraft.studio.engine.GenerateRequest;
import dev.statecraft.studio.engine.LabelledBert;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.tensor.quant.Quantization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands that take several adapters, or runs, answer with each as they do with it alone. */
class SeveralAdaptersTest {
  private static final String[] RANDOM = {"--temperature", "1", "--seed", "3"};

  @TempDir private Path folder;
  private TestConsole console;

  private int run(String... arguments) {
    console = new TestConsole(folder);
    return Statecraft.run(console.console(), new ModelEngine(), arguments);
  }

  private void adapters() throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.lora(folder.resolve("lora"), model);
    TinyFolder.paper(folder.resolve("paper"));
  }

  private String generated(String... adapters) {
    List<String> arguments =
        new ArrayList<>(
            List.of("generate", "--model", "model", "--prompt", "w5 w9", "--max-new-tokens", "8"));
    arguments.addAll(List.of(RANDOM));
    arguments.addAll(List.of(adapters));
    assertThat(run(arguments.toArray(String[]::new))).as(console.err()).isZero();
    return console.out();
  }

  @Test
  void eachContinuesThePrompt() throws IOException {
    adapters();
    String lora = generated("--adapter", "lora");
    String paper = generated("--adapter", "paper");
    String untuned = generated();
    assertThat(List.of(lora, paper, untuned)).doesNotHaveDuplicates();
    String[] both = {"--adapter", "lora", "--adapter", "p=paper"};
    assertThat(generated(both)).isEqualTo("lora:\n" + lora + "p:\n" + paper);
    assertThat(console.err()).contains("lora: ", "p: ").contains("tokens/s");
    assertThat(generated(with(both, "--use", "p"))).isEqualTo(paper);
    assertThat(generated(with(both, "--use", "none"))).isEqualTo(untuned);

    JsonNode json = new ObjectMapper().readTree(generated(with(both, "--json")));
    assertThat(json.get("prompt").textValue()).isEqualTo("w5 w9");
    assertThat(json.get("answers")).hasSize(2);
    assertThat(json.get("answers").get(1).get("adapter").textValue()).isEqualTo("p");
    assertThat(json.get("answers").get(1).get("text").textValue()).isEqualTo(paper.strip());
    assertThat(json.get("answers").get(1).get("form").textValue()).isEqualTo("as_is");
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  private List<String> talked(String lines, String... adapters) {
    console = new TestConsole(folder);
    ByteArrayInputStream in = new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
    String[] arguments =
        with(with(new String[] {"--model", "model", "--max-new-tokens", "6"}, RANDOM), adapters);
    int code =
        new CommandLine(new ChatCommand(console.console(), new ModelEngine(), in))
            .execute(arguments);
    assertThat(code).as(console.err()).isZero();
    return console.out().lines().toList();
  }

  @Test
  void aChatIsSwitched() throws IOException {
    adapters();
    Files.writeString(
        folder.resolve("model/chat_template.jinja"),
        "{% for m in messages %}{{ m.content }} {% endfor %}");
    String lora = talked("w5 w8\n", "--adapter", "lora").get(0);
    String paper = talked("w5 w8\n", "--adapter", "paper").get(0);
    String untuned = talked("w5 w8\n").get(0);
    assertThat(List.of(lora, paper, untuned)).doesNotHaveDuplicates();
    String lines =
        """
        w5 w8
        /adapter p
        /reset
        w5 w8
        /adapters
        /adapter q
        /adapter\tnone
        /reset
        w5 w8
        /adapter \t lora
        /reset
        w5 w8
        """;
    assertThat(talked(lines, "--adapter", "lora", "--adapter", "p=paper"))
        .containsExactly(lora, paper, untuned, lora);
    assertThat(console.err())
        .contains("  none\n  lora\n* p\n")
        .contains("(p replies)", "(none replies)", "(lora replies)")
        .contains("statecraft: adapter: expected one of [none, lora, p], found 'q'");
    assertThat(talked("/adapters\n", "--adapter", "paper")).isEmpty();
    assertThat(console.err()).contains("  none\n* paper\n");
    assertThat(talked("/adapters\n", "--adapter", "q=paper")).isEmpty();
    assertThat(console.err()).contains("  none\n* q\n");
  }

  private void trained(String run, String rows) throws IOException {
    Files.writeString(folder.resolve(run + ".csv"), "text,label\n" + rows);
    Files.writeString(
        folder.resolve("recipe.yaml"),
        """
        model: ./model
        method: {name: lora, rank: 2}
        data: {train: %s.csv, validation: none}
        task: classification
        train: {epochs: 4, batch_size: 2, learning_rate: 0.05}
        """
            .formatted(run));
    assertThat(run("train", "-c", "recipe.yaml", "-o", run)).as(console.err()).isZero();
  }

  @Test
  void eachRunLabels() throws IOException {
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    trained("tickets", "w4,bill\nw9,crash\nw8,praise\n");
    trained("mood", "w4,good\nw9,bad\n");
    assertThat(run("classify", "--run", "tickets", "w4 w9", "w8")).isZero();
    List<String> tickets = console.out().lines().toList();
    assertThat(run("classify", "--run", "mood", "w4 w9", "w8")).isZero();
    List<String> mood = console.out().lines().toList();
    String[] both = {"classify", "--run", "tickets", "--run", "m=mood"};
    assertThat(run(with(both, "w4 w9", "w8"))).as(console.err()).isZero();
    assertThat(console.out().lines())
        .containsExactly(
            "tickets: " + tickets.get(0).replace("\tw4 w9", "\tm: " + mood.get(0)),
            "tickets: " + tickets.get(1).replace("\tw8", "\tm: " + mood.get(1)));

    assertThat(run(with(both, "w4 w9", "--json"))).isZero();
    JsonNode result = new ObjectMapper().readTree(console.out()).get("results").get(0);
    assertThat(result.get("text").textValue()).isEqualTo("w4 w9");
    assertThat(result.get("runs").get("tickets").get("probabilities")).hasSize(3);
    assertThat(mood.get(0)).startsWith(result.get("runs").get("m").get("label").textValue() + " ");

    assertThat(run(with(both, "--input", "mood.csv", "-o", "out.csv"))).isZero();
    assertThat(folder.resolve("out.csv"))
        .content()
        .startsWith("text,label,tickets_label,tickets_probability,m_label,m_probability\nw4,good,")
        .satisfies(text -> assertThat(text.lines()).hasSize(3));
    Files.writeString(folder.resolve("taken.csv"), "text,m_label\nw4,x\n");
    assertThat(run(with(both, "--input", "taken.csv", "-o", "out.jsonl"))).isZero();
    JsonNode row = new ObjectMapper().readTree(folder.resolve("out.jsonl").toFile());
    assertThat(row.get("m_label").textValue()).isEqualTo("x");
    assertThat(row.get("predicted_m_label").textValue()).isIn("good", "bad");
    assertThat(row.get("predicted_tickets_probabilities")).hasSize(3);
  }

  @Test
  void runsOfAnotherBaseAreRefused() throws IOException {
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    trained("tickets", "w4,bill\nw9,crash\nw8,praise\n");
    Path weights = folder.resolve("model/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    trained("mood", "w4,good\nw9,bad\n");
    String another =
        folder.resolve("mood") + ": expected the base weights of " + folder.resolve("tickets");
    assertThat(run("classify", "--run", "tickets", "--run", "mood", "w4")).isEqualTo(3);
    assertThat(console.err()).contains(another);
    String[] generate = {"generate", "--run", "tickets", "--run", "mood", "--prompt", "w4"};
    assertThat(run(generate)).isEqualTo(3);
    assertThat(console.err()).contains(another);
    assertThat(run("chat", "--run", "tickets", "--run", "mood")).isEqualTo(3);
    assertThat(console.err()).contains(another);
  }

  @Test
  void nothingOfTheInputIsLostInJson() throws IOException {
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    trained("tickets", "w4,bill\nw9,crash\n");
    trained("mood", "w4,good\nw9,bad\n");
    Files.writeString(
        folder.resolve("in.csv"),
        "text,runs,predicted_runs,label,m_label,predicted_m_label\nw4,1,2,3,4,5\n");
    String[] one = {"classify", "--run", "m=mood", "--input", "in.csv", "--json", "-o", "out.csv"};
    assertThat(run(one)).as(console.err()).isZero();
    JsonNode row = new ObjectMapper().readTree(console.out()).at("/results/0");
    assertThat(row.get("label").textValue()).isEqualTo("3");
    assertThat(row.get("predicted_label").textValue()).isIn("good", "bad");
    assertThat(row.get("predicted_probabilities")).hasSize(2);
    assertThat(run(with(one, "--run", "tickets"))).as(console.err()).isZero();
    assertThat(console.err())
        .contains("predictions are called predicted_predicted_runs")
        .contains(
            "predictions are called predicted_predicted_m_label and"
                + " predicted_predicted_m_probability");
    row = new ObjectMapper().readTree(console.out()).at("/results/0");
    assertThat(row.get("runs").textValue()).isEqualTo("1");
    assertThat(row.get("predicted_runs").textValue()).isEqualTo("2");
    assertThat(row.at("/predicted_predicted_runs/m/label").textValue()).isIn("good", "bad");
    assertThat(folder.resolve("out.csv"))
        .content()
        .startsWith(
            "text,runs,predicted_runs,label,m_label,predicted_m_label,"
                + "predicted_predicted_m_label,predicted_predicted_m_probability,"
                + "predicted_predicted_tickets_label,predicted_predicted_tickets_probability\n"
                + "w4,1,2,3,4,5,");
  }

  /** A run of a fake engine. */
  private void causal(String run, String model, String quantize) throws IOException {
    Files.writeString(
        folder.resolve("recipe.yaml"),
        "{model: ./"
            + model
            + ", method: lora, task: causal-lm, quantize: "
            + quantize
            + ", data: {train: texts.jsonl}}");
    console = new TestConsole(folder);
    assertThat(
            Statecraft.run(
                console.console(),
                new FakeEngine(),
                new String[] {"train", "-c", "recipe.yaml", "-o", run}))
        .as(console.err())
        .isZero();
  }

  private TunedModel asked(String... arguments) {
    FakeEngine engine = new FakeEngine();
    console = new TestConsole(folder);
    String[] generate = {"generate", "--prompt", "w4"};
    assertThat(Statecraft.run(console.console(), engine, with(generate, arguments)))
        .as(console.err())
        .isZero();
    return ((GenerateRequest) engine.asked()).model();
  }

  /** Those that are not used do not say what the model is, or what it is held in. */
  @Test
  void theUsedRunSaysWhatTheModelIs() throws IOException {
    causal("one", "a", "none");
    causal("two", "b", "int8");
    TunedModel used = asked("--run", "one", "--run", "two", "--use", "two");
    assertThat(used.quantization()).isEqualTo(Quantization.INT8);
    assertThat(used.model()).isEqualTo(folder.resolve("b").toString());
    assertThat(used.adapter()).contains(folder.resolve("two/adapter"));
    used = asked("--model", "b", "--adapter", "one", "--adapter", "x=two", "--use", "one");
    assertThat(used.quantization()).isEqualTo(Quantization.NONE);
    assertThat(console.err()).doesNotContain("note:");
  }

  @Test
  void aRunThatIsAnAdapterSaysWhatTheModelIsHeldIn() throws IOException {
    causal("two", "b", "int8");
    assertThat(asked("--model", "b", "--adapter", "two").quantization())
        .isEqualTo(Quantization.INT8);
    assertThat(asked("--model", "b", "--adapter", "two", "--quantize", "none").quantization())
        .isEqualTo(Quantization.NONE);
    String[] mixed = {"--model", "b", "--adapter", "two", "--adapter", "x=two/adapter"};
    assertThat(asked(with(mixed, "--use", "none")).quantization()).isEqualTo(Quantization.NONE);
    assertThat(console.err())
        .contains(
            "note: "
                + folder.resolve("two")
                + " was trained on a base held in int8, which is held in none here; --quantize says"
                + " otherwise");
  }
}
