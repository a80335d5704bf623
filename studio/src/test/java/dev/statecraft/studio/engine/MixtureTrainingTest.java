package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.NumericFaultException;
import dev.statecraft.training.RunEvent;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose edges are one go on together, each with its head. */
class MixtureTrainingTest {

  private final Engine engine = new ModelEngine();
  @TempDir private Path folder;
  private final Map<String, RunDirectory> runs = new LinkedHashMap<>();
  private String method = "lora, rank: 4";
  private String more = "";
  private String validation = "{split: 0.25}";

  /** Keeps notes, and says after how many steps it has had enough. */
  private static final class Listener implements RunHandler {
    private final int enough;
    private final List<String> notes = new ArrayList<>();
    private int steps;

    Listener(int enough) {
      this.enough = enough;
    }

    @Override
    public void step(StepMetrics step) {
      steps++;
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }

    @Override
    public boolean isCancelled() {
      return steps >= enough;
    }
  }

  private RunDirectory train(String name, String task, String data) throws IOException {
    String yaml =
        """
        model: model
        method: {name: %s}
        data: {%s, validation: %s}
        task: %s
        train: {max_steps: 4, batch_size: 6, learning_rate: 0.01, warmup_steps: 3%s}
        output: %s
        """
            .formatted(method, data, validation, task, more, name);
    Recipe recipe = Recipe.parse(yaml, "the test's recipe", name, List.of(), folder);
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    engine.train(recipe, run, event -> {});
    runs.put(name, run);
    return run;
  }

  /** A classifier of two classes, one of three, and a regression; the first one's edges in all. */
  private void encoders() throws IOException {
    if (!Files.exists(folder.resolve("model"))) {
      SmallBert.write(folder.resolve("model"), "bert", false, "");
    }
    rows("two.csv", List.of("amber", "blue"));
    rows("three.csv", List.of("red", "green", "white"));
    rows("number.csv", List.of());
    RunDirectory first = train("two", "{type: classification, pooling: mean}", "train: two.csv");
    train("three", "{type: classification, pooling: mean}", "train: three.csv");
    train("number", "{type: regression, pooling: mean}", "train: number.csv");
    share(first, runs.get("three"));
    share(first, runs.get("number"));
  }

  private void rows(String file, List<String> labels) throws IOException {
    StringBuilder rows = new StringBuilder("text,label\n");
    for (int i = 0; i < 36; i++) {
      int word = 4 + i % 12;
      rows.append("w").append(word).append(" w").append(20 + 7 * i % 20).append(',');
      rows.append(labels.isEmpty() ? (word - 4) * 0.1 : labels.get(word % labels.size()))
          .append('\n');
    }
    Files.writeString(folder.resolve(file), rows);
  }

  private void causal() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("up.jsonl"));
    StringBuilder texts = new StringBuilder();
    for (int i = 0; i < 15; i++) {
      texts.append("{\"text\": \"w5 w").append(6 + i).append(" w7 w").append(6 + i).append("\"}\n");
    }
    Files.writeString(folder.resolve("down.jsonl"), texts);
    RunDirectory first = train("up", "causal-lm", "train: up.jsonl, instruction: text");
    validation = "none";
    train("down", "causal-lm", "train: down.jsonl, instruction: text");
    share(first, runs.get("down"));
  }

  /** Gives a run another one's edges beside its own head. */
  private static void share(RunDirectory from, RunDirectory to) throws IOException {
    Map<String, float[]> edges = tensors(from.adapter());
    Path file = to.adapter().resolve(AdapterFolder.WEIGHTS_FILE);
    SafetensorsWriter writer = new SafetensorsWriter();
    try (SafetensorsFile own = SafetensorsFile.open(file);
        SafetensorsFile others =
            SafetensorsFile.open(from.adapter().resolve(AdapterFolder.WEIGHTS_FILE))) {
      own.metadata()
          .forEach(
              (key, value) -> {
                if (!key.equals("format")) {
                  writer.metadata(key, value);
                }
              });
      for (String name : own.names()) {
        SafetensorsFile source = edges.containsKey(name) && !isHead(name) ? others : own;
        ByteBuffer values = source.read(name);
        writer.add(source.entry(name), values::duplicate);
      }
      writer.writeTo(file);
    }
  }

  private static boolean isHead(String key) {
    return key.contains("classifier");
  }

  private static Map<String, float[]> tensors(Path adapter) throws IOException {
    Map<String, float[]> tensors = new TreeMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(adapter.resolve(AdapterFolder.WEIGHTS_FILE))) {
      for (String name : file.names()) {
        float[] values = new float[Math.toIntExact(file.entry(name).elements())];
        file.read(name).asFloatBuffer().get(values);
        tensors.put(name, values);
      }
    }
    return tensors;
  }

  private MixtureRequest request(int steps, Double rate, String... names) throws IOException {
    List<MixtureTask> tasks = new ArrayList<>();
    for (String name : names.length == 0 ? runs.keySet().toArray(String[]::new) : names) {
      RunDirectory run = runs.get(name);
      tasks.add(new MixtureTask(name, run.recipe(), run.adapter()));
    }
    return new MixtureRequest(tasks, steps, Optional.ofNullable(rate), OptionalLong.empty());
  }

  private Map<String, Map<String, float[]>> all() throws IOException {
    Map<String, Map<String, float[]>> all = new LinkedHashMap<>();
    for (RunDirectory run : runs.values()) {
      all.put(run.folder().getFileName().toString(), tensors(run.adapter()));
    }
    return all;
  }

  private String settings(String run) throws IOException {
    return Files.readString(runs.get(run).adapter().resolve(AdapterFolder.CONFIG_FILE));
  }

  private static void sameEdges(Map<String, Map<String, float[]>> adapters) {
    Map<String, float[]> first = adapters.values().iterator().next();
    assertThat(first.keySet()).anyMatch(key -> !isHead(key));
    adapters.forEach(
        (name, tensors) ->
            first.forEach(
                (key, values) -> {
                  if (!isHead(key)) {
                    assertThat(tensors.get(key)).as(name + " " + key).isEqualTo(values);
                  }
                }));
  }

  @Test
  void everyTaskIsLearnedWithOneSetOfEdgesAndItsOwnHead() throws IOException {
    more = ", head_learning_rate: 0.01";
    encoders();
    final Map<String, Map<String, float[]>> before = all();
    final String settings = settings("three");
    Listener listener = new Listener(Integer.MAX_VALUE);
    MixtureOutcome outcome = engine.tuneMixture(request(100, 0.02), listener);

    final Map<String, Map<String, float[]>> after = all();
    sameEdges(after);
    assertThat(settings("three")).isEqualTo(settings);
    for (String name : runs.keySet()) {
      assertThat(after.get(name).keySet())
          .as("the names of every run's own adapter")
          .isEqualTo(before.get(name).keySet())
          .anyMatch(key -> key.endsWith("classifier.weight"))
          .noneMatch(key -> key.contains("heads"));
      after
          .get(name)
          .forEach(
              (key, values) ->
                  assertThat(values).as(name + " " + key).isNotEqualTo(before.get(name).get(key)));
    }
    assertThat(outcome.steps()).isEqualTo(100);
    assertThat(outcome.seconds()).isPositive();
    assertThat(outcome.tasks()).extracting(MixtureOutcome.Learned::name).isEqualTo(names());
    assertThat(outcome.tasks()).extracting(MixtureOutcome.Learned::examples).containsOnly(27);
    for (MixtureOutcome.Learned task : outcome.tasks()) {
      assertThat(task.lastLoss()).as(task.name()).isLessThan(0.6 * task.firstLoss());
    }
    assertThat(outcome.predicted().orElseThrow().peak()).isEqualTo(outcome.memory());
    assertThat(listener.steps).isEqualTo(100);
    assertThat(listener.notes)
        .contains("three: training data: 27 examples; " + described("three", listener))
        .as("folders may be there for the work alone")
        .noneMatch(note -> note.contains(folder.toString()));
    asEvaluated(outcome);
  }

  private List<String> names() {
    return List.copyOf(runs.keySet());
  }

  private static String described(String task, Listener listener) {
    return listener.notes.stream()
        .filter(note -> note.startsWith(task + ": training data: 27 examples; "))
        .map(note -> note.substring(note.indexOf("; ") + 2))
        .findFirst()
        .orElse("no such note");
  }

  /** Each run by itself, with the adapter that is now in its folder. */
  private void asEvaluated(MixtureOutcome outcome) throws IOException {
    for (MixtureOutcome.Learned task : outcome.tasks()) {
      RunDirectory run = runs.get(task.name());
      if (run.recipe().data().validation().equals(new DataRecipe.NoValidation())) {
        continue;
      }
      TunedModel tuned =
          new TunedModel(run.recipe().model(), Optional.of(run.adapter()), run.recipe().quantize());
      Map<String, Double> alone = engine.evaluate(run.recipe(), tuned, note -> {}).metrics();
      assertThat(alone.keySet()).isEqualTo(task.after().keySet()).isNotEmpty();
      alone.forEach(
          (metric, value) ->
              assertThat(task.after().get(metric)).as(metric).isCloseTo(value, within(1e-6)));
    }
  }

  @Test
  void dataSetsOfALanguageModelAreLearnedTogetherAndRunsAreEqualToTheBit() throws IOException {
    causal();
    Path kept = folder.resolve("kept");
    for (RunDirectory run : runs.values()) {
      copy(run.adapter(), kept.resolve(run.folder().getFileName()));
    }
    MixtureOutcome outcome = engine.tuneMixture(request(40, 0.02), event -> {});
    for (MixtureOutcome.Learned task : outcome.tasks()) {
      assertThat(task.lastLoss()).as(task.name()).isLessThan(0.9 * task.firstLoss());
    }
    assertThat(outcome.predicted().orElseThrow().peak()).isEqualTo(outcome.memory());
    asEvaluated(outcome);
    assertThat(outcome.tasks().get(0).before().keySet()).contains("loss");
    assertThat(outcome.tasks().get(1).before()).as("nothing to evaluate on").isEmpty();
    assertThat(outcome.tasks().get(1).after()).isEmpty();
    final Map<String, Map<String, float[]>> first = all();
    sameEdges(first);
    assertThat(first.get("up").keySet()).isEqualTo(first.get("down").keySet());

    for (RunDirectory run : runs.values()) {
      copy(kept.resolve(run.folder().getFileName()), run.adapter());
    }
    engine.tuneMixture(request(40, 0.02), event -> {});
    all()
        .forEach(
            (name, tensors) ->
                tensors.forEach(
                    (key, values) -> assertThat(values).isEqualTo(first.get(name).get(key))));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String file : List.of(AdapterFolder.CONFIG_FILE, AdapterFolder.WEIGHTS_FILE)) {
      Files.copy(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lora, rank: 2, init: pissa",
        "dora, rank: 2",
        "double-control, rank: 2",
        "control+lora",
        "ia3",
        "vera, rank: 4",
        "adapter, rank: 2",
        "probe",
        "full"
      })
  void whatIsSavedAgainIsOfTheSameMethod(String name) throws IOException {
    method = name;
    encoders();
    final String settings = settings("number");
    final Map<String, Map<String, float[]>> before = all();
    MixtureOutcome outcome = engine.tuneMixture(request(3, null), event -> {});
    assertThat(settings("number")).isEqualTo(settings);
    assertThat(all().get("three").keySet()).isEqualTo(before.get("three").keySet());
    assertThat(outcome.predicted().orElseThrow().peak()).isEqualTo(outcome.memory());
    asEvaluated(outcome);
  }

  @Test
  void anInterruptedMixtureLeavesWhatWasLearned() throws IOException {
    encoders();
    final Map<String, Map<String, float[]>> before = all();
    MixtureRequest request = request(50, 0.02);
    assertThatThrownBy(() -> engine.tuneMixture(request, new Listener(0)))
        .isInstanceOf(CancellationException.class)
        .hasMessage("cancelled after step 0");
    Map<String, Map<String, float[]>> untouched = all();
    before.forEach(
        (name, tensors) ->
            tensors.forEach(
                (key, values) -> assertThat(untouched.get(name).get(key)).isEqualTo(values)));

    assertThatThrownBy(() -> engine.tuneMixture(request, new Listener(5)))
        .isInstanceOf(CancellationException.class)
        .hasMessage("cancelled after step 5");
    Map<String, Map<String, float[]>> after = all();
    sameEdges(after);
    after.forEach(
        (name, tensors) -> {
          String head = "base_model.model.classifier.weight";
          assertThat(tensors.get(head)).isNotEqualTo(before.get(name).get(head));
        });
    nothingElseIsThere();
  }

  @Test
  void anInterruptAfterTheLastStepLeavesWhatWasLearned() throws IOException {
    encoders();
    final Map<String, Map<String, float[]>> before = all();
    MixtureRequest request = request(3, 0.02);
    RunHandler interrupting =
        new RunHandler() {
          @Override
          public void step(StepMetrics step) {
            if (step.step() == 3) {
              Thread.currentThread().interrupt();
            }
          }
        };
    assertThatThrownBy(() -> engine.tuneMixture(request, interrupting))
        .isInstanceOf(CancellationException.class)
        .hasMessage("cancelled after step 3");
    assertThat(Thread.interrupted()).as("the exception is what is left of it").isFalse();
    Map<String, Map<String, float[]>> after = all();
    sameEdges(after);
    after.forEach(
        (name, tensors) -> {
          String head = "base_model.model.classifier.weight";
          assertThat(tensors.get(head)).as(name).isNotEqualTo(before.get(name).get(head));
        });
    nothingElseIsThere();
  }

  @Test
  void aStepThatFailsIsToldEvenIfNothingCanBeSaved() throws IOException {
    encoders();
    MixtureRequest request = request(9, 1e38);
    assertThatThrownBy(() -> engine.tuneMixture(request, hindering(1)))
        .isInstanceOf(NumericFaultException.class)
        .satisfies(
            fault ->
                assertThat(fault.getSuppressed())
                    .hasSize(1)
                    .hasOnlyElementsOfType(IOException.class));
  }

  @Test
  void aCancellationThatLeavesNothingIsAFailure() throws IOException {
    encoders();
    MixtureRequest request = request(9, 0.02);
    RunListener moving = hindering(1);
    RunHandler cancelling =
        new RunHandler() {
          private int steps;

          @Override
          public void tasks(long step, Map<String, Double> losses) {
            moving.on(new RunEvent.TasksStepped(step, losses));
            steps++;
          }

          @Override
          public boolean isCancelled() {
            return steps == 2;
          }
        };
    assertThatThrownBy(() -> engine.tuneMixture(request, cancelling))
        .isInstanceOf(IOException.class)
        .hasSuppressedException(new CancellationException("cancelled after step 2"));
  }

  private void nothingElseIsThere() throws IOException {
    for (RunDirectory run : runs.values()) {
      try (Stream<Path> files = Files.list(run.adapter())) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder(AdapterFolder.CONFIG_FILE, AdapterFolder.WEIGHTS_FILE);
      }
    }
  }

  @Test
  void whereOneAdapterCannotBeWrittenNoneIsReplaced() throws IOException {
    encoders();
    final Map<String, Map<String, float[]>> before = all();
    MixtureRequest request = request(2, null);
    Path last = runs.get("number").adapter();
    assertThatThrownBy(() -> engine.tuneMixture(request, hindering(2)))
        .isInstanceOf(IOException.class);
    move(last, folder.resolve("number.csv"));
    move(folder.resolve("moved"), last);
    Map<String, Map<String, float[]>> after = all();
    before.forEach(
        (name, tensors) ->
            tensors.forEach(
                (key, values) -> assertThat(after.get(name).get(key)).isEqualTo(values)));
    nothingElseIsThere();
  }

  /** After a step a file takes the place of the last adapter's folder. */
  private RunHandler hindering(long after) throws IOException {
    Path last = runs.get("number").adapter();
    return new RunHandler() {
      @Override
      public void tasks(long step, Map<String, Double> losses) {
        if (step == after) {
          move(last, folder.resolve("moved"));
          move(folder.resolve("number.csv"), last);
        }
      }
    };
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whatTheFirstRecipeSaysForAllIsTold() throws IOException {
    encoders();
    Recipe other =
        changed(
            "three",
            "train.learning_rate=0.5",
            "train.dtype=float64",
            "train.seed=9",
            "train.threads=1");
    Listener listener = new Listener(Integer.MAX_VALUE);
    engine.tuneMixture(twoAnd(other, null, OptionalLong.empty()), listener);
    assertThat(listener.notes)
        .contains(
            "three: train.dtype, train.learning_rate, train.threads, train.seed are those of two");
    assertThat(listener.notes).noneMatch(note -> note.startsWith("two: train."));

    Listener asked = new Listener(Integer.MAX_VALUE);
    engine.tuneMixture(twoAnd(other, 0.001, OptionalLong.of(3)), asked);
    assertThat(asked.notes)
        .as("learning rate and seed are those of the request")
        .contains("three: train.dtype, train.threads are those of two");
  }

  @Test
  void aBudgetHoldsForTheStepsOfAllTasks() throws IOException {
    more = "}\nmemory: {budget: 8 MB";
    encoders();
    MixtureOutcome outcome = engine.tuneMixture(request(2, null), event -> {});
    assertThat(outcome.memory().peakBytes()).isBetween(1L << 16, 8L << 20);
    assertThat(outcome.predicted().orElseThrow().peak()).isEqualTo(outcome.memory());
    long peak = outcome.memory().peakBytes();

    MixtureRequest request =
        twoAnd(changed("three", "memory.budget=" + peak / 2), null, OptionalLong.empty());
    assertThatThrownBy(() -> engine.tuneMixture(request, event -> {}))
        .isInstanceOf(BudgetException.class);
  }

  /** What a task's steps take is foreseen as they are computed, which is as the first task's. */
  @Test
  void memoryIsPlannedInTheTypesOfTheFirstTask() throws IOException {
    more = "}\nmemory: {budget: 8 MB";
    encoders();
    List<String> planned = planned(runs.get("three").recipe());
    assertThat(planned).hasSize(1);
    assertThat(planned(changed("three", "train.dtype=float64"))).isEqualTo(planned);
    assertThat(planned(changed("three", "quantize=int8"))).isEqualTo(planned);
  }

  private Recipe changed(String run, String... overrides) throws IOException {
    return Recipe.parse(
        runs.get(run).recipe().toYaml(), "the test's recipe", run, List.of(overrides), folder);
  }

  /** What is said of the memory of the task "three" beside "two". */
  private List<String> planned(Recipe three) throws IOException {
    Listener listener = new Listener(Integer.MAX_VALUE);
    engine.tuneMixture(twoAnd(three, null, OptionalLong.empty()), listener);
    return listener.notes.stream().filter(note -> note.startsWith("three: stores ")).toList();
  }

  private MixtureRequest twoAnd(Recipe three, Double rate, OptionalLong seed) throws IOException {
    RunDirectory two = runs.get("two");
    return new MixtureRequest(
        List.of(
            new MixtureTask("two", two.recipe(), two.adapter()),
            new MixtureTask("three", three, runs.get("three").adapter())),
        2,
        Optional.ofNullable(rate),
        seed);
  }

  @Test
  void tasksThatHaveNotOneSetOfEdgesAreRefused() throws IOException {
    encoders();
    train("other", "classification", "train: two.csv");
    method = "lora, rank: 2";
    train("narrow", "classification", "train: two.csv");
    method = "control, rank: 2";
    train("control", "classification", "train: two.csv");
    method = "lora, rank: 4, alpha: 3";
    train("scaled", "classification", "train: two.csv");
    Path two = runs.get("two").adapter();
    refused("number", "narrow", runs.get("number").adapter(), "layers.0.q", " and 3 more");
    refused("two", "control", two, "layers.0.output", " and 5 more");
    refused("two", "scaled", two, "layers.0.q", " and 3 more");

    // The same data, another seed: the edges are of one form, their values are not.
    more = ", seed: 8";
    method = "lora, rank: 4";
    train("again", "classification", "train: two.csv");
    assertThatThrownBy(() -> engine.tuneMixture(request(2, null, "two", "again"), event -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(
            runs.get("again").adapter() + ": expected the values of " + two + ", found others in ")
        .hasMessageContaining(".lora_");
  }

  private void refused(String first, String second, Path adapter, String at, String more) {
    assertThatThrownBy(() -> engine.tuneMixture(request(2, null, first, second), event -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            runs.get(second).adapter()
                + ": expected the tuned edges of "
                + adapter
                + ", found others at "
                + at
                + more);
  }

  @Test
  void whatMakesNoMixtureIsRefused() throws IOException {
    encoders();
    assertThatThrownBy(() -> request(0, null))
        .isInstanceOf(UsageException.class)
        .hasMessage("steps of a mixture: expected 1 or more, found 0");
    assertThatThrownBy(() -> request(1, null, "two", "two"))
        .isInstanceOf(UsageException.class)
        .hasMessage("tasks of a mixture: expected names of their own, found 'two' again");
    RunDirectory two = runs.get("two");
    MixtureTask task = new MixtureTask("two", two.recipe(), two.adapter());
    assertThatThrownBy(
            () ->
                new MixtureRequest(
                    List.of(task, new MixtureTask("again", two.recipe(), two.adapter())),
                    1,
                    Optional.empty(),
                    OptionalLong.empty()))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "tasks of a mixture: expected adapters in folders of their own, found "
                + two.adapter()
                + " again");
    Path elsewhere = folder.resolve("elsewhere");
    MixtureTask other =
        new MixtureTask(
            "three",
            runs.get("three").recipe().withModel(elsewhere.toString()),
            runs.get("three").adapter());
    MixtureRequest models =
        new MixtureRequest(List.of(task, other), 1, Optional.empty(), OptionalLong.empty());
    assertThatThrownBy(() -> engine.tuneMixture(models, event -> {}))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "tasks of a mixture: expected one model, found "
                + two.recipe().model()
                + " (two) and "
                + elsewhere
                + " (three)");
    assertThatThrownBy(() -> engine.tuneMixture(request(1, -1.0), event -> {}))
        .isInstanceOf(UsageException.class)
        .hasMessage("learning_rate: expected 0 or more, found -1.0");

    Files.delete(folder.resolve("three.csv"));
    assertThatThrownBy(() -> engine.tuneMixture(request(1, null), event -> {}))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(folder.resolve("three.csv").toString());
  }
}
