package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.cli.terminal.ExitCode;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.studio.SampleGraph;
import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.engine.BenchRequest;
import dev.statecraft.studio.engine.GenerateRequest;
import dev.statecraft.studio.engine.InferenceRequest;
import dev.statecraft.studio.engine.InspectedModel;
import dev.statecraft.studio.engine.LengthRange;
import dev.statecraft.studio.engine.PlanRequest;
import dev.statecraft.studio.engine.TextInput;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StatecraftTest {
  private static final String RECIPE =
      """
      model: builtin:minilm
      method: control
      data: {train: train.csv, validation: dev.csv}
      task: classification
      """;

  @TempDir private Path folder;

  private TestConsole console;

  private int run(FakeEngine engine, String... arguments) {
    console = new TestConsole(folder);
    return Statecraft.run(console.console(), engine, arguments);
  }

  private void writeRecipe() throws IOException {
    Files.writeString(folder.resolve("recipe.yaml"), RECIPE);
  }

  private JsonNode json() throws IOException {
    assertThat(console.out().lines()).hasSize(1);
    return new ObjectMapper().readTree(console.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "demo",
        "train",
        "eval",
        "generate",
        "chat",
        "classify",
        "inspect",
        "bench",
        "plan",
        "advise",
        "check"
      })
  void everyCommandHasHelp(String command) {
    assertThat(run(new FakeEngine(), command, "--help")).isZero();
    assertThat(console.out()).contains("statecraft " + command).contains("--debug");
    assertThat(console.err()).isEmpty();
  }

  @Test
  void helpListsTheCommandsAndTheExitCodes() {
    assertThat(run(new FakeEngine(), "--help")).isZero();
    assertThat(console.out()).contains("demo", "train", "inspect", "130 interrupted");
  }

  @Test
  void noArgumentsAreBadArguments() {
    assertThat(run(new FakeEngine())).isEqualTo(2);
    assertThat(console.err()).contains("Usage: statecraft");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trian",
        "train",
        "train -c x --unknown",
        "train -c x --resume y",
        "train --resume y --set train.epochs=1",
        "eval",
        "eval --run a -c b",
        "generate --prompt x",
        "generate --model m --run r --prompt x",
        "generate --model m --prompt x --max-new-tokens many",
        "generate --model m --prompt x --top-k 4",
        "generate --model m --prompt x --greedy --temperature 1",
        "generate --model m --prompt x --temperature -1",
        "generate --model m --prompt x --max-new-tokens 0",
        "generate --model m --prompt x --dtype float31",
        "generate --model m --prompt x --system s",
        "chat",
        "chat --model m --max-new-tokens 0",
        "chat --model m --top-k 2",
        "inspect --model m --tuning lore",
        "demo --methods lora,lore",
        "plan --model m --budget much",
        "bench --config c.json --method lora --store auto",
        "bench --config c.json --method lora --budget 0GiB",
        "bench --config c.json",
        "bench --config c.json --method lore",
        "bench --config c.json --method lora --store some",
        "bench --config c.json --method lora --states some",
        "plan --model c.json --states some",
        "bench --config c.json --method lora --steps 1",
        "bench --config c.json --method lora --quantize int3",
        "bench --config c.json --method full --quantize nf4",
        "generate --model m --prompt p --quantize q4",
        "bench --config c.json --method lora --lengths 16",
        "bench --config c.json --method lora --lengths 64-16",
        "bench --config c.json --method lora --rank 0",
        "bench --config c.json --inference --lengths 16-64",
        "bench --config c.json --inference --lengths 16,",
        "bench --config c.json --inference --lengths 0",
        "bench --config c.json --inference --new-tokens 0",
        "bench --config c.json --inference --steps 1",
        "bench --config c.json --inference --method lora,lore"
      })
  void badArgumentsEndWithTwoAndOneLine(String arguments) {
    assertThat(run(new FakeEngine(), arguments.split(" "))).isEqualTo(2);
    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).startsWith("statecraft: ");
    assertThat(console.out()).isEmpty();
  }

  @Test
  void errorsHaveTheirExitCodesAndOneLine() throws IOException {
    writeRecipe();
    Files.writeString(folder.resolve("typo.yaml"), RECIPE.replace("method", "methods"));
    assertThat(run(new FakeEngine(), "train", "-c", "typo.yaml")).isEqualTo(2);
    assertThat(console.err()).contains("typo.yaml").contains("method");

    assertThat(run(new FakeEngine(), "train", "-c", "none.yaml")).isEqualTo(3);
    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).contains("none.yaml");

    assertThat(failing(new InvalidInputException("train.csv: data file not found"))).isEqualTo(3);
    assertThat(console.err()).isEqualTo("statecraft: train.csv: data file not found\n");

    assertThat(failing(new GraphException("targets: expected [q], found 'z'"))).isEqualTo(2);
    assertThat(failing(new RuntimeException("DefaultCPUAllocator: can't allocate memory: ...")))
        .isEqualTo(5);
    assertThat(failing(new CancellationException())).isEqualTo(130);
    assertThat(failing(new IllegalStateException("a defect"))).isEqualTo(1);
    assertThat(console.err().lines()).hasSize(1);
    assertThat(console.err()).contains("a defect").contains("--debug");
  }

  private int failing(RuntimeException thrown) {
    int code = run(new FakeEngine(thrown), "train", "-c", "recipe.yaml");
    assertThat(console.out()).isEmpty();
    return code;
  }

  @Test
  void errorsOfTheJvmHaveTheirExitCodes() {
    assertThat(Failure.of(new OutOfMemoryError("Java heap space")).code())
        .isEqualTo(ExitCode.MEMORY);
    assertThat(Failure.of(new InterruptedException()).code()).isEqualTo(ExitCode.INTERRUPTED);
  }

  @Test
  void stackTracesComeWithDebugOnly() throws IOException {
    writeRecipe();
    FakeEngine engine = new FakeEngine(new IllegalStateException("a defect"));
    run(engine, "train", "-c", "recipe.yaml");
    assertThat(console.err()).doesNotContain("\tat ");
    run(engine, "train", "-c", "recipe.yaml", "--debug");
    assertThat(console.err()).contains("\tat ");
    run(engine, "--debug", "train", "-c", "recipe.yaml");
    assertThat(console.err()).contains("\tat ");
  }

  @Test
  void trainWritesTheRunDirectory() throws IOException {
    writeRecipe();
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "train", "-c", "recipe.yaml", "--set", "train.epochs=2")).isZero();

    Path output = folder.resolve("runs/recipe");
    assertThat(output.resolve("metrics.jsonl")).content().hasLineCount(80);
    assertThat(output.resolve("report.html")).content().contains("<svg");
    JsonNode summary = new ObjectMapper().readTree(output.resolve("summary.json").toFile());
    assertThat(summary.get("method").textValue()).isEqualTo("control");
    assertThat(summary.get("trainable_parameters").intValue()).isEqualTo(55_296);
    assertThat(summary.at("/last_evaluation/step").intValue()).isEqualTo(80);
    assertThat(summary.at("/memory/weights").longValue()).isEqualTo(90_200_000L);
    Recipe written = Recipe.load(output.resolve("recipe.yaml"), List.of(), folder);
    assertThat(written).isEqualTo(engine.asked());
    assertThat(written.train().epochs()).isEqualTo(2);
    assertThat(console.out()).contains("55,296").contains(output.toString());
  }

  @Test
  void trainDoesNotReplaceARunUnlessForced() throws IOException {
    writeRecipe();
    assertThat(run(new FakeEngine(), "train", "-c", "recipe.yaml", "-o", "out")).isZero();
    assertThat(run(new FakeEngine(), "train", "-c", "recipe.yaml", "-o", "out")).isEqualTo(2);
    assertThat(console.err()).contains("--force");
    assertThat(run(new FakeEngine(), "train", "-c", "recipe.yaml", "-o", "out", "--force"))
        .isZero();
    assertThat(folder.resolve("out/metrics.jsonl")).content().hasLineCount(80);
  }

  @Test
  void aFinishedRunOrNoneIsNotGoneOnWith() throws IOException {
    writeRecipe();
    assertThat(run(new FakeEngine(), "train", "--resume", "nowhere")).isEqualTo(3);
    assertThat(console.err()).contains("nowhere: expected a run directory with a recipe.yaml");
    run(new FakeEngine(), "train", "-c", "recipe.yaml", "-o", "out");
    assertThat(run(new FakeEngine(), "train", "--resume", "out")).isEqualTo(2);
    assertThat(console.err()).contains("expected an unfinished run to go on with");
    Files.delete(folder.resolve("out/summary.json"));
    assertThat(run(new FakeEngine(), "train", "--resume", "out", "--force")).isEqualTo(2);
    assertThat(console.err()).contains("expected neither --output nor --force");
    assertThat(run(new FakeEngine(), "train", "--resume", "out")).isZero();
    assertThat(folder.resolve("out/metrics.jsonl")).content().hasLineCount(80);
    assertThat(folder.resolve("out/summary.json")).exists();
  }

  @Test
  void trainPrintsOneJsonObject() throws IOException {
    writeRecipe();
    run(new FakeEngine(), "train", "-c", "recipe.yaml", "--json");
    assertThat(json().get("seconds").doubleValue()).isEqualTo(12.5);
    assertThat(json().at("/best_evaluation/accuracy").doubleValue()).isPositive();
  }

  @Test
  void demoComparesMethodsAndWritesTheReport() throws IOException {
    assertThat(run(new FakeEngine(), "demo", "--json")).isZero();
    assertThat(json().get("runs")).hasSize(3);
    assertThat(json().at("/runs/0/method").textValue()).isEqualTo("probe");
    assertThat(json().at("/runs/2/method").textValue()).isEqualTo("control");
    assertThat(folder.resolve("report.html")).content().contains("lora", "control");
    assertThat(folder.resolve("runs/demo/data/intents-train.tsv")).isNotEmptyFile();
    assertThat(run(new FakeEngine(), "demo", "--methods", "probe")).as("a second time").isZero();
    assertThat(console.out()).contains("probe").contains("report.html");
  }

  @Test
  void demoKeepsWhatIsFinishedAndGoesOnWithWhatIsNot() throws IOException {
    assertThat(run(new FakeEngine(), "demo")).isZero();
    assertThat(console.err())
        .contains("sentence encoder", "with probe, lora, control", "epochs each", "half a minute");
    assertThat(console.out()).contains("Next", "classify --run runs/demo/control");
    String table = console.out();
    String page = Files.readString(folder.resolve("report.html"));

    FakeEngine never = new FakeEngine(new IllegalStateException("nothing is to be trained"));
    assertThat(run(never, "demo")).isZero();
    assertThat(console.err())
        .contains("probe: finished earlier, kept", "control: finished earlier");
    assertThat(console.out()).isEqualTo(table);
    assertThat(folder.resolve("report.html")).hasContent(page);
    assertThat(run(never, "demo", "--json")).isZero();
    assertThat(json().at("/runs/2/method").textValue()).isEqualTo("control");

    Files.delete(folder.resolve("runs/demo/lora/summary.json"));
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "demo")).isZero();
    assertThat(((Recipe) engine.asked()).method().name()).isEqualTo("lora");
    assertThat(console.err()).contains("probe: finished earlier").doesNotContain("lora: finished");

    assertThat(run(never, "demo", "--set", "train.epochs=1")).isEqualTo(2);
    assertThat(console.err())
        .contains("expected a run of this demo's recipe, found one of another", "--force");
    assertThat(run(new FakeEngine(), "demo", "--set", "train.epochs=1", "--force")).isZero();
    assertThat(run(never, "demo", "--set", "train.epochs=1")).isZero();
  }

  @Test
  void evalTakesTheRunsModelOrTheRecipes() throws IOException {
    writeRecipe();
    run(new FakeEngine(), "train", "-c", "recipe.yaml");
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "eval", "--run", "runs/recipe", "--json")).isZero();
    assertThat(engine.asked())
        .isEqualTo(
            new TunedModel(
                "builtin:minilm",
                Optional.of(folder.resolve("runs/recipe/adapter")),
                Quantization.NONE));
    assertThat(json().get("accuracy").doubleValue()).isEqualTo(0.75);

    assertThat(run(engine, "eval", "-c", "recipe.yaml")).isZero();
    assertThat(engine.asked())
        .isEqualTo(new TunedModel("builtin:minilm", Optional.empty(), Quantization.NONE));
    assertThat(console.out()).contains("accuracy").contains("0.7500");

    assertThat(run(engine, "eval", "-c", "recipe.yaml", "--set", "data.validation=none"))
        .isEqualTo(2);
    assertThat(
            run(
                engine,
                "eval",
                "-c",
                "recipe.yaml",
                "--set",
                "data.validation=none",
                "--data",
                "other.csv"))
        .isZero();
  }

  @Test
  void anotherEvaluationFileKeepsTheFormat() {
    Recipe recipe = SampleRuns.recipe("lora", folder);
    DataRecipe.DataFile file =
        DataRecipe.DataFile.local(folder.resolve("x.tsv"), recipe.data().train().get(0).format());
    assertThat(recipe.data().withValidation(file).validation())
        .isEqualTo(new DataRecipe.HeldOut(file));
  }

  @Test
  void generateStreamsTheText() throws IOException {
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "generate", "--model", "m", "--prompt", "Once")).isZero();
    assertThat(console.out()).isEqualTo("Once upon a time\n");
    GenerateRequest request = (GenerateRequest) engine.asked();
    assertThat(request.sampling().isGreedy()).isTrue();
    assertThat(request.model().model()).isEqualTo(folder.resolve("m").toString());

    run(
        engine,
        "generate",
        "--model",
        "m",
        "--adapter",
        "a",
        "--prompt",
        "Once",
        "--json",
        "--temperature",
        "0.7",
        "--top-p",
        "0.9");
    assertThat(json().get("text").textValue()).isEqualTo("Once upon a time");
    assertThat(json().get("completion").textValue()).isEqualTo(" upon a time");
    assertThat(((GenerateRequest) engine.asked()).sampling().temperature()).isEqualTo(0.7);
  }

  @Test
  void planSaysWhatFits() throws IOException {
    Files.writeString(folder.resolve("c.json"), "{}");
    FakeEngine engine = new FakeEngine();
    run(engine, "plan", "--model", "c.json", "--budget", "4GiB", "--json");
    assertThat(json().at("/rows/0/fits").booleanValue()).isFalse();
    assertThat(json().at("/rows/1/fits").booleanValue()).isTrue();
    PlanRequest request = (PlanRequest) engine.asked();
    // All that a name says enough of, each asked for by itself.
    assertThat(json().get("rows")).hasSize(3 * (Methods.names().size() - 1));
    assertThat(json().at("/left_out/edges").textValue()).contains("at least one edge");
    assertThat(json().get("left_out")).hasSize(1);
    assertThat(request.methods()).hasSize(1);
    assertThat(request.stores()).hasSize(4);
    assertThat(request.budget()).hasValue(4L << 30);
    assertThat(json().at("/rows/2/store").textValue()).isEqualTo("auto");
    assertThat(json().at("/rows/2/stored").textValue()).isEqualTo("layers 0-7 cheap, 8-15 all");
    assertThat(json().at("/rows/2/fits").booleanValue()).isTrue();
    assertThat(json().at("/rows/1/quantize").textValue()).isEqualTo("nf4");
    assertThat(json().at("/rows/2/smallest_budget_bytes").longValue()).isEqualTo(2L << 30);
    run(engine, "plan", "--model", "c.json", "--budget", "4GiB", "--store", "auto");
    assertThat(((PlanRequest) engine.asked()).stores()).isEmpty();
    assertThat(console.out())
        .contains("auto: layers 0-7 cheap,", "8-15 all", "4.0 GiB")
        .matches(text -> text.lines().allMatch(line -> line.length() <= 80))
        .contains("smallest budget of lora: 2.0 GiB");
    assertThat(run(engine, "plan", "--model", "c.json", "--store", "auto")).isEqualTo(2);
    run(engine, "plan", "--model", "c.json", "--budget", "auto");
    // How much this machine has free is not for a test to say.
    assertThat(((PlanRequest) engine.asked()).budget().getAsLong()).isPositive();
    assertThat(request.compute().states()).isEqualTo(StateFormat.EXACT);
    assertThat(request.compute().device()).isEqualTo(Device.CPU);
    run(engine, "plan", "--model", "c.json", "--device", "cuda");
    assertThat(((PlanRequest) engine.asked()).compute().device()).isEqualTo(Device.CUDA);
    assertThat(run(engine, "plan", "--model", "c.json", "--device", "tpu")).isEqualTo(2);
    run(engine, "plan", "--model", "c.json", "--states", "float8");
    assertThat(((PlanRequest) engine.asked()).compute().states()).isEqualTo(StateFormat.FLOAT8);
    assertThat(request.compute().quantization()).isEqualTo(Quantization.NONE);
    run(engine, "plan", "--model", "c.json", "--quantize", "int8", "--json");
    assertThat(((PlanRequest) engine.asked()).compute().quantization())
        .isEqualTo(Quantization.INT8);
    assertThat(json().at("/left_out/full").textValue()).contains("quantize");
    assertThat(run(engine, "plan", "--model", "c.json", "--method", "full", "--quantize", "nf4"))
        .isEqualTo(2);
    run(engine, "plan", "--model", "c.json", "--method", "lora", "--store", "mlp");
    assertThat(console.out()).contains("3.0 GiB").contains("1.25");
    assertThat(run(engine, "plan", "--model", "nowhere")).isEqualTo(3);
  }

  @Test
  void benchPrintsFigures() throws IOException {
    FakeEngine engine = new FakeEngine();
    run(engine, "bench", "--config", "c.json", "--method", "dora", "--rank", "32", "--json");
    assertThat(json().get("method").textValue()).isEqualTo("dora");
    assertThat(json().get("predicted_peak_bytes").longValue()).isEqualTo(3 << 20);
    assertThat(((BenchRequest) engine.asked()).method())
        .isEqualTo(Methods.parse("{name: dora, rank: 32}"));
    assertThat(((BenchRequest) engine.asked()).store()).contains(StorePolicy.CHEAP);
    run(engine, "bench", "--config", "c.json", "--method", "lora", "--budget", "1GiB", "--json");
    assertThat(json().get("store").textValue()).isEqualTo("auto");
    assertThat(json().get("stored").textValue()).isEqualTo("cheap");
    assertThat(((BenchRequest) engine.asked()).budget()).hasValue(1L << 30);
    run(engine, "bench", "--config", "c.json", "--method", "lora", "--quantize", "nf4", "--json");
    assertThat(json().get("quantize").textValue()).isEqualTo("nf4");
    assertThat(((BenchRequest) engine.asked()).compute().quantization())
        .isEqualTo(Quantization.NF4);
    run(engine, "bench", "--config", "c.json", "--method", "control");
    assertThat(console.out()).contains("peak_rss_bytes").contains("1.0 MiB");
    run(engine, "bench", "--config", "c.json", "--method", "lora", "--lengths", "9-12", "--json");
    assertThat(json().get("lengths").textValue()).isEqualTo("9-12");
    assertThat(((BenchRequest) engine.asked()).lengths()).contains(new LengthRange(9, 12));
    assertThat(console.out()).doesNotContain("gradient_error");
    run(engine, "bench", "--config", "c.json", "--method", "lora", "--states", "int8", "--check");
    assertThat(console.out()).contains("gradient_error worst_parameter", "layers.0.q.lora_B");
    assertThat(((BenchRequest) engine.asked()).compute().states()).isEqualTo(StateFormat.INT8);
    run(engine, "bench", "--config", "c.json", "--method", "lora", "--check", "--json");
    assertThat(json().get("states").textValue()).isEqualTo("exact");
    assertThat(json().at("/gradient_error/relative").doubleValue()).isEqualTo(0.25);
  }

  @Test
  void benchPrintsWhatEdgesCostAnAnsweringModel() throws IOException {
    FakeEngine engine = new FakeEngine();
    run(engine, "bench", "--config", "c.json", "--inference", "--json");
    InferenceRequest request = (InferenceRequest) engine.asked();
    assertThat(request.all()).isTrue();
    assertThat(request.methods()).containsOnlyKeys(Methods.alone());
    assertThat(request.lengths()).containsExactly(256);
    assertThat(json().get("method").textValue()).isEqualTo("base");
    assertThat(json().get("prefill_tokens_per_second").doubleValue()).isEqualTo(100);
    assertThat(json().get("decode_tokens_per_second").doubleValue()).isEqualTo(25);
    assertThat(json().get("threads").intValue()).isEqualTo(2);
    assertThat(json().get("peak_rss_bytes").longValue()).isEqualTo(1 << 20);
    assertThat(json().at("/left_out/qa-lora").textValue()).isEqualTo("targets: none");
    assertThat(json().at("/rows/1/decode_overhead").doubleValue()).isEqualTo(0.5);
    assertThat(json().at("/rows/2/merged").booleanValue()).isTrue();
    assertThat(json().at("/rows/2").has("decode_overhead")).isFalse();
    run(
        engine,
        "bench",
        "--config",
        "c.json",
        "--inference",
        "--lengths",
        "128,512",
        "--rank",
        "4",
        "--method",
        "{name: lora, targets: [q_proj, v_proj]}, dora",
        "--new-tokens",
        "7");
    request = (InferenceRequest) engine.asked();
    assertThat(request.all()).isFalse();
    assertThat(request.lengths()).containsExactly(128, 512);
    assertThat(request.newTokens()).isEqualTo(7);
    assertThat(request.methods())
        .containsOnlyKeys("{name: lora, targets: [q_proj, v_proj]}", "dora")
        .containsEntry("dora", Methods.parse("{name: dora, rank: 4}"));
    assertThat(console.out()).contains("+25.0 %", "+50.0 %", "probe,", "merged", "2 threads");
    run(engine, "bench", "--config", "c.json", "--inference", "--method", "lora", "--json");
    assertThat(json().get("method").textValue()).isEqualTo("lora");
    assertThat(json().get("prefill_tokens_per_second").doubleValue()).isEqualTo(80);
    assertThat(json().has("left_out")).isFalse();
  }

  @Test
  void checkPrintsErrorsOfGradients() throws IOException {
    writeRecipe();
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "check", "-c", "recipe.yaml", "--set", "train.store=mlp")).isZero();
    assertThat(((Recipe) engine.asked()).train().store()).contains(StorePolicy.MLP);
    assertThat(console.out()).contains("int8", "12.5 %", "0.750000", "layers.0.q.lora_B");
    run(engine, "check", "-c", "recipe.yaml", "--json");
    assertThat(json().at("/rows/0/states").textValue()).isEqualTo("int8");
    assertThat(json().at("/rows/0/worst_relative").doubleValue()).isEqualTo(0.5);
    assertThat(run(engine, "check", "-c", "nowhere.yaml")).isEqualTo(3);
  }

  @Test
  void classifyShowsLabelsWithProbabilities() throws IOException {
    writeRecipe();
    run(new FakeEngine(), "train", "-c", "recipe.yaml");
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "classify", "--run", "runs/recipe", "fine", "bad")).isZero();
    assertThat(console.out()).startsWith("praise 90.0 %, bug 10.0 %\tfine\n");
    Files.writeString(folder.resolve("in.csv"), "id,text\n1,\"a, b\"\n");
    run(engine, "classify", "--run", "runs/recipe", "--input", "in.csv", "--json");
    assertThat(engine.asked())
        .isEqualTo(
            List.of(
                new TextInput(
                    "a, b", Optional.empty(), folder.resolve("in.csv") + " row 1 (line 2)")));
    assertThat(json().at("/results/0/label").textValue()).isEqualTo("praise");
    assertThat(run(engine, "classify", "--run", "runs/recipe")).isEqualTo(2);
    assertThat(run(engine, "classify", "--run", "runs/recipe", "x", "--pair", "y")).isEqualTo(2);
    assertThat(run(engine, "classify", "--run", "nowhere", "x")).isEqualTo(3);
  }

  @Test
  void classifyWritesALineForEachRow() throws IOException {
    writeRecipe();
    run(new FakeEngine(), "train", "-c", "recipe.yaml");
    Files.writeString(
        folder.resolve("in.jsonl"),
        """
        {"id": 7, "text": "a\\nb\\r\\n\\"c\\", d\\te", "tags": ["x", 1], "none": null}
        {"id": 8, "text": "plain\\u2028\\u0085\\u001c text", "more": 1e400}
        """);
    String[] classify = {"classify", "--run", "runs/recipe", "--input", "in.jsonl"};
    assertThat(run(new FakeEngine(), classify)).isZero();
    assertThat(console.out().split("[\\n\\r\\u0085\\u2028]")).hasSize(2);
    assertThat(console.out()).contains("\ta b \"c\", d e\n");

    assertThat(run(new FakeEngine(), with(classify, "-o", "out.jsonl"))).isZero();
    assertThat(console.out()).contains("written: ", "out.jsonl (2 rows)");
    List<String> lines = Files.readAllLines(folder.resolve("out.jsonl"));
    assertThat(lines).hasSize(2);
    // Nor does a reader that ends lines as Unicode does see more of them.
    assertThat(lines.get(1)).contains("plain\\u2028\\u0085\\u001C text");
    // What no JSON number can say is nothing, not a text.
    assertThat(lines.get(1)).contains("\"more\":null");
    JsonNode first = new ObjectMapper().readTree(lines.get(0));
    assertThat(first.get("id").intValue()).isEqualTo(7);
    assertThat(first.get("text").textValue()).isEqualTo("a\nb\r\n\"c\", d\te");
    assertThat(first.get("label").textValue()).isEqualTo("praise");
    assertThat(first.get("probability").doubleValue()).isEqualTo(0.9);
    assertThat(first.at("/probabilities/bug").doubleValue()).isEqualTo(0.1);

    assertThat(run(new FakeEngine(), with(classify, "-o", "out.csv"))).isZero();
    assertThat(console.err()).contains("line breaks of 2 cells are written as spaces");
    assertThat(folder.resolve("out.csv"))
        .hasContent(
            """
            id,text,tags,none,more,label,probability
            7,"a b ""c"", d\te","[""x"",1]",,,praise,0.9
            8,plain    text,,,Infinity,praise,0.9
            """);
    assertThat(run(new FakeEngine(), with(classify, "-o", "out.tsv"))).isZero();
    assertThat(Files.readAllLines(folder.resolve("out.tsv")).get(1))
        .isEqualTo("7\ta b \"c\", d e\t[\"x\",1]\t\t\tpraise\t0.9");
  }

  @Test
  void columnsOfTheInputAreNotReplacedByPredictions() throws IOException {
    writeRecipe();
    run(new FakeEngine(), "train", "-c", "recipe.yaml");
    Files.writeString(folder.resolve("in.csv"), "text,label\nfine,bug\n");
    String[] classify = {"classify", "--run", "runs/recipe", "--input", "in.csv"};
    assertThat(run(new FakeEngine(), with(classify, "-o", "out.csv"))).isZero();
    assertThat(console.err()).contains("predictions are called predicted_label");
    assertThat(folder.resolve("out.csv"))
        .hasContent("text,label,predicted_label,predicted_probability\nfine,bug,praise,0.9\n");
    assertThat(run(new FakeEngine(), with(classify, "-o", "out.xlsx"))).isEqualTo(2);
    assertThat(console.err()).contains("expected a file that ends in .jsonl, .csv or .tsv");
    assertThat(run(new FakeEngine(), with(classify, "-o", "no/out.csv"))).isEqualTo(2);
    assertThat(console.err()).contains("expected a file in a folder that exists");
  }

  private static String[] with(String[] arguments, String... more) {
    return Stream.concat(Stream.of(arguments), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void classifyTakesTheImagesOfAnImageRun() throws IOException {
    Files.writeString(
        folder.resolve("recipe.yaml"),
        "{model: vit, method: lora, data: {train: photos}, task: image-classification}");
    run(new FakeEngine(), "train", "-c", "recipe.yaml");
    FakeEngine engine = new FakeEngine();
    assertThat(run(engine, "classify", "--run", "runs/recipe", "a.png", "b.jpg")).isZero();
    assertThat(console.out()).startsWith("cat 75.0 %, dog 25.0 %\ta.png\n");
    assertThat(engine.asked()).isEqualTo(List.of(folder.resolve("a.png"), folder.resolve("b.jpg")));
    run(engine, "classify", "--run", "runs/recipe", "a.png", "--json");
    assertThat(json().at("/results/0/image").textValue()).endsWith("a.png");
    assertThat(json().at("/results/0/label").textValue()).isEqualTo("cat");
    for (List<String> wrong :
        List.of(List.<String>of(), List.of("a.png", "--pair", "y"), List.of("--input", "x.csv"))) {
      List<String> arguments = new ArrayList<>(List.of("classify", "--run", "runs/recipe"));
      arguments.addAll(wrong);
      assertThat(run(engine, arguments.toArray(new String[0]))).isEqualTo(2);
      assertThat(console.err()).contains("expected image files alone");
    }
  }

  @Test
  void inspectListsStatesAndWhereMethodsAttach() throws IOException {
    InspectedModel model = SampleGraph.model();
    assertThat(run(new FakeEngine(model), "inspect", "--model", "m")).isZero();
    assertThat(console.out()).contains("layers.0.middle", "double-control", "Layers 1 to 1");
    assertThat(run(new FakeEngine(model), "inspect", "--model", "m", "--all")).isZero();
    assertThat(console.out()).contains("layers.1.middle").doesNotContain("Layers 1 to 1");

    String tuning = "{name: control, rank: 2, layers: last 1}";
    run(new FakeEngine(model), "inspect", "--model", "m", "--tuning", tuning, "--json");
    assertThat(json().get("trainable_parameters").intValue())
        .isEqualTo((2 * 2 + SampleGraph.LABELS) * SampleGraph.HIDDEN);
    assertThat(console.out()).contains("layers.1.mlp.A.weight");
    assertThat(
            run(
                new FakeEngine(model),
                "inspect",
                "--model",
                "m",
                "--tuning",
                "{name: lora, targets: [no_proj]}"))
        .isEqualTo(2);
    assertThat(console.err()).contains("no_proj").contains("q_proj");
  }
}
