package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.UsageException;
import dev.statecraft.models.family.bert.BertConfig;
import dev.statecraft.models.pretrained.Families;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model that a run leaves when it is merged gives the run's own numbers. */
class MergedRunTest {
  private static final LogitsCheck CHECK =
      new LogitsCheck(Optional.empty(), OptionalDouble.empty(), DType.FLOAT32, Device.CPU);

  private final Engine engine = new ModelEngine();
  @TempDir private Path folder;
  private String quantize = "none";
  private String output = "run";

  private RunDirectory train(String method, String task, String data) throws IOException {
    String yaml =
        """
        model: model
        method: {name: %s}
        data: {%s, validation: {split: 0.25}}
        task: %s
        train: {max_steps: 4, batch_size: 6, learning_rate: 0.01}
        quantize: %s
        output: %s
        """
            .formatted(method, data, task, quantize, output);
    Recipe recipe = Recipe.parse(yaml, "the test's recipe", output, List.of(), folder);
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    engine.train(recipe, run, event -> {});
    return run;
  }

  private Exported merged(RunDirectory run, boolean asRun) throws IOException {
    return merged(run, asRun, false);
  }

  private Exported merged(RunDirectory run, boolean asRun, boolean keepQuantized)
      throws IOException {
    AdapterSource source =
        new AdapterSource(
            run.adapter(),
            Optional.of(run.recipe().model()),
            asRun ? Optional.of(run.recipe()) : Optional.empty());
    return engine.merge(
        new MergeRequest(
            source,
            Optional.empty(),
            keepQuantized,
            Device.CPU,
            folder.resolve("merged"),
            true,
            Optional.of(CHECK)));
  }

  private Recipe onMerged(RunDirectory run) {
    return run.recipe().withModel(folder.resolve("merged").toString());
  }

  private static TunedModel tuned(Recipe recipe, RunDirectory run) {
    return new TunedModel(recipe.model(), Optional.of(run.adapter()), Quantization.NONE);
  }

  private static TunedModel plain(Recipe recipe) {
    return new TunedModel(recipe.model(), Optional.empty(), Quantization.NONE);
  }

  private void sameScores(RunDirectory run) throws IOException {
    Map<String, Double> before =
        engine.evaluate(run.recipe(), tuned(run.recipe(), run), note -> {}).metrics();
    Map<String, Double> after =
        engine.evaluate(onMerged(run), plain(onMerged(run)), note -> {}).metrics();
    assertThat(after.keySet()).isEqualTo(before.keySet()).isNotEmpty();
    before.forEach(
        (metric, value) ->
            assertThat(after.get(metric))
                .isCloseTo(value, within(1e-6 * Math.max(10, Math.abs(value)))));
  }

  private String labelled(String last) throws IOException {
    StringBuilder rows = new StringBuilder("text,label\n");
    for (int i = 0; i < 24; i++) {
      rows.append("w").append(4 + i).append(" w").append(4 + 7 * i % 40).append(',');
      rows.append(last.isEmpty() ? i * 0.25 : List.of("blue", "red", last).get(i % 3)).append('\n');
    }
    Files.writeString(folder.resolve("train.csv"), rows);
    return "train: train.csv";
  }

  /** The base model has two numbered labels, said in the old way; the run has three of its own. */
  @ParameterizedTest
  @CsvSource({
    "bert, false, full, true",
    "bert, true, full, false",
    "bert, true, probe, true",
    "bert, false, lora, false",
    "roberta, false, full, true",
    "roberta, true, lora, true"
  })
  void classes(String type, boolean bare, String method, boolean asRun) throws IOException {
    SmallBert.write(
        folder.resolve("model"),
        type,
        bare,
        ", \"num_labels\": 2, \"problem_type\": \"regression\"");
    RunDirectory run = train(method, "classification", labelled("amber"));
    assertThat(merged(run, asRun).verification().orElseThrow().passed()).isTrue();

    BertConfig config = (BertConfig) Families.read(folder.resolve("merged").resolve("config.json"));
    assertThat(config.labels()).containsExactly("amber", "blue", "red");
    JsonNode written = new ObjectMapper().readTree(folder.resolve("merged/config.json").toFile());
    assertThat(written.at("/label2id/red").asInt()).isEqualTo(2);
    assertThat(written.path("problem_type").asText()).isEqualTo("single_label_classification");
    assertThat(written.at("/architectures/0").asText())
        .isEqualTo((type.equals("bert") ? "Bert" : "Roberta") + "ForSequenceClassification");
    assertThat(folder.resolve("merged/tokenizer.json"))
        .hasSameBinaryContentAs(folder.resolve("model/tokenizer.json"));

    List<TextInput> texts =
        List.of(
            new TextInput("w4 w9", Optional.empty()), new TextInput("w30 w8", Optional.empty()));
    List<Classification> before = engine.classify(run.recipe(), tuned(run.recipe(), run), texts);
    List<Classification> after = engine.classify(onMerged(run), plain(onMerged(run)), texts);
    for (int i = 0; i < texts.size(); i++) {
      Map<String, Double> found = after.get(i).probabilities();
      before
          .get(i)
          .probabilities()
          .forEach((label, p) -> assertThat(found.get(label)).isCloseTo(p, within(1e-5)));
    }
    sameScores(run);
  }

  /** What the head reads is neither in a weight nor, for its opener, in a recipe. */
  @ParameterizedTest
  @CsvSource({"bert, true", "roberta, false"})
  void numbersFromTheMean(String type, boolean asRun) throws IOException {
    SmallBert.write(folder.resolve("model"), type, false, "");
    RunDirectory run = train("full", "{type: regression, pooling: mean}", labelled(""));
    Exported exported = merged(run, asRun);
    assertThat(exported.verification().orElseThrow().passed()).isTrue();
    assertThat(exported.notes()).anyMatch(note -> note.contains("transformers has no class"));
    JsonNode written = new ObjectMapper().readTree(folder.resolve("merged/config.json").toFile());
    assertThat(written.path("problem_type").asText()).isEqualTo("regression");
    assertThat(written.path("classifier_pooling").asText()).isEqualTo("mean");
    sameScores(run);
  }

  @Test
  void aLanguageModel() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    RunDirectory run = train("full", "causal-lm", "train: train.jsonl, instruction: text");
    assertThat(merged(run, true).verification().orElseThrow().passed()).isTrue();
    sameScores(run);
    assertThat(generated(plain(onMerged(run))))
        .isEqualTo(generated(tuned(run.recipe(), run)))
        .isNotEqualTo(generated(plain(run.recipe())));
  }

  /** Both folders hold the run's base in 4 bits: the one as it is, the other as floats. */
  @ParameterizedTest
  @CsvSource({"int4, true", "int4, false", "int4-64, true"})
  void aLanguageModelInFourBits(String format, boolean kept) throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    quantize = format;
    String group = format.equals("int4") ? "32" : "64";
    RunDirectory run =
        train(
            "qa-lora, rank: 4, group: " + group,
            "causal-lm",
            "train: train.jsonl, instruction: text");
    Exported exported = merged(run, true, kept);
    assertThat(exported.verification().orElseThrow().worst().relative()).isLessThan(1e-5);
    assertThat(exported.notes()).anyMatch(note -> note.contains("the update in their zero points"));
    Quantization held = Quantization.of(format);
    TunedModel adapter = new TunedModel(run.recipe().model(), Optional.of(run.adapter()), held);
    TunedModel merged =
        new TunedModel(
            folder.resolve("merged").toString(), Optional.empty(), kept ? held : Quantization.NONE);
    assertThat(generated(merged)).isEqualTo(generated(adapter));
    assertThat(generated(plain(onMerged(run)))).isEqualTo(generated(adapter));
    Map<String, Double> before = engine.evaluate(run.recipe(), adapter, note -> {}).metrics();
    Map<String, Double> after = engine.evaluate(onMerged(run), merged, note -> {}).metrics();
    before.forEach(
        (metric, value) ->
            assertThat(after.get(metric)).isCloseTo(value, within(1e-5 * Math.abs(value))));
    JsonNode config = new ObjectMapper().readTree(folder.resolve("merged/config.json").toFile());
    assertThat(config.has("quantization_config")).isEqualTo(kept);
    if (kept) {
      assertThat(config.at("/quantization_config/format").asText()).isEqualTo("statecraft");
      assertThat(config.at("/quantization_config/group_size").asText()).isEqualTo(group);
      assertThat(Files.size(folder.resolve("merged/model.safetensors")))
          .isLessThan(Files.size(folder.resolve("model/model.safetensors")) * 2 / 3);
      // What is merged once more, from the adapter alone, is compared with the same base.
      AdapterSource alone =
          new AdapterSource(run.adapter(), Optional.of(run.recipe().model()), Optional.empty());
      assertThat(engine.verify(alone, folder.resolve("merged"), CHECK).passed()).isTrue();
    }
  }

  @Test
  void whatHasNoZeroPointsKeepsNone() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    String data = "train: train.jsonl, instruction: text";
    quantize = "nf4";
    RunDirectory lora = train("lora", "causal-lm", data);
    assertThatThrownBy(() -> merged(lora, true, true))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--keep-quantized: expected an adapter of qa-lora, whose update zero points can hold,"
                + " found 'lora'");
    output = "other";
    RunDirectory run = train("qa-lora, group: 8", "causal-lm", data);
    assertThatThrownBy(() -> merged(run, true, true))
        .hasMessage(
            "--keep-quantized: expected a run with quantize [int4, int4-64, int4-128], found"
                + " 'nf4'");
    assertThatThrownBy(() -> merged(run, false, true))
        .hasMessage(
            "--keep-quantized: expected an adapter whose groups are those of one of"
                + " [int4, int4-64, int4-128], found groups of 8");
    assertThat(merged(run, true).verification().orElseThrow().passed())
        .as("into the weights that the model came with")
        .isTrue();
  }

  private String generated(TunedModel model) throws IOException {
    StringBuilder text = new StringBuilder();
    engine.generate(
        new GenerateRequest(
            model, "w5 w9", 12, GenerateRequest.Sampling.GREEDY, DType.FLOAT32, Device.CPU),
        text::append);
    return text.toString();
  }
}
