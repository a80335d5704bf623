package dev.statecraft.studio.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.StudyRecipe;
import dev.statecraft.studio.report.StudyReport;
import dev.statecraft.studio.run.MetricsLog;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.training.NumericFaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
  @TempDir private Path folder;
  private final List<String> ran = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final List<String> resumed = new ArrayList<>();

  @BeforeEach
  void recipe() throws IOException {
    Files.writeString(
        folder.resolve("base.yaml"),
        """
        model: builtin:minilm
        method: control
        data: {train: train.csv, validation: dev.csv}
        task: classification
        """);
  }

  private StudyRecipe load(String file, int seeds, String... grid) {
    return StudyRecipe.load(folder.resolve(file), List.of(), List.of(grid), seeds, null, folder);
  }

  private Study study(StudyRecipe recipe) {
    return Study.of(recipe, folder, false);
  }

  private final class Listener implements Study.Listener {
    @Override
    public void begins(StudyPoint point, int number, int count) {
      ran.add(point.name());
    }

    @Override
    public void over(StudyResults results) {
      assertThat(StudyReport.html(results, "recipe")).contains("Statecraft study");
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }
  }

  /** Writes what a run would; the better the larger the rank and the seed. */
  private void run(Recipe recipe) throws IOException {
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REPLACE);
    String yaml = recipe.toYaml();
    double speed = (yaml.contains("rank: 8") ? 4 : 2) + 0.1 * recipe.train().seed();
    RunResult result = SampleRuns.run(recipe.method().name(), 80, speed, recipe.output());
    try (MetricsLog log = run.metricsLog()) {
      result.steps().forEach(log::write);
    }
    run.writeRecipe(recipe.withLabels(List.of("a", "b")));
    run.writeSummary(result.summary());
  }

  private StudyResults run(Study study) throws IOException {
    ran.clear();
    notes.clear();
    return study.run(runner(point -> {}), new Listener());
  }

  /** Something done before a run. */
  private interface Before {
    void check(Recipe recipe);
  }

  private Study.Runner runner(Before before) {
    return new Study.Runner() {
      @Override
      public void run(Recipe recipe) throws IOException {
        before.check(recipe);
        StudyTest.this.run(recipe);
      }

      @Override
      public void resume(Path interrupted) throws IOException {
        if (!Files.exists(interrupted.resolve("usable"))) {
          throw new InvalidInputException("no checkpoint can be used");
        }
        resumed.add(interrupted.getFileName().toString());
        StudyTest.this.run(RunDirectory.open(interrupted).recipe());
      }
    };
  }

  @Test
  void everyCombinationIsRunWithEverySeedAndOnce() throws IOException {
    StudyRecipe recipe = load("base.yaml", 3, "method.name=lora,control", "method.rank=4,8");
    assertThat(recipe.output()).isEqualTo(folder.resolve("studies/base"));
    StudyResults results = run(study(recipe));
    assertThat(ran)
        .hasSize(12)
        .startsWith("name=lora,rank=4,seed=0", "name=lora,rank=4,seed=1")
        .endsWith("name=control,rank=8,seed=2");
    assertThat(results.settings()).hasSize(4);
    assertThat(results.best().orElseThrow().settings())
        .containsEntry("method.rank", "8")
        .containsEntry("method.name", "lora");
    Spread spread = results.settings().get(0).metric("accuracy");
    List<Double> values = spread.values();
    assertThat(values).hasSize(3).isSorted();
    double mean = (values.get(0) + values.get(1) + values.get(2)) / 3;
    assertThat(spread.mean()).isCloseTo(mean, within(1e-12));
    assertThat(spread.deviation()).isCloseTo((values.get(2) - values.get(0)) / 2, within(1e-3));
    assertThat(results.toCsv().lines())
        .hasSize(13)
        .first()
        .asString()
        .startsWith(
            "method.name,method.rank,method.alpha,train.learning_rate,seed,status,accuracy,"
                + "macro_f1,loss,trainable");
    assertThat(StudyReport.html(results, "<recipe>"))
        .contains("lora, rank 8 (best)", "Accuracy by method.rank", "&lt;recipe&gt;", "3 of 3");

    run(study(recipe));
    assertThat(ran).as("all are finished").isEmpty();
    Files.delete(recipe.output().resolve("points/name=lora,rank=8,seed=1/summary.json"));
    StudyResults again = run(study(recipe));
    assertThat(ran).containsExactly("name=lora,rank=8,seed=1");
    assertThat(notes).containsExactly("cannot go on, begins anew: no checkpoint can be used");
    assertThat(again.toMap()).isEqualTo(results.toMap());
  }

  @Test
  void anInterruptedRunGoesOn() throws IOException {
    StudyRecipe recipe = load("base.yaml", 2);
    run(study(recipe));
    Path point = recipe.output().resolve("points/seed=1");
    Files.delete(point.resolve("summary.json"));
    Files.writeString(point.resolve("usable"), "");
    run(study(recipe));
    assertThat(resumed).containsExactly("seed=1");
    assertThat(notes).isEmpty();
  }

  @Test
  void aRunThatFailsIsNotedAndTheStudyGoesOn() throws IOException {
    StudyRecipe recipe = load("base.yaml", 0, "method.name=lora,control", "method.rank=4,8");
    Study.Runner runner =
        runner(
            point -> {
              if (point.toYaml().contains("rank: 4")) {
                throw new NumericFaultException("step 3: the loss is NaN, \"all\" of it");
              }
            });
    StudyResults results = study(recipe).run(runner, new Listener());
    assertThat(results.failures()).hasSize(2);
    assertThat(notes)
        .contains(
            "name=lora,rank=4,seed=0 failed: NumericFaultException: step 3: the loss is NaN,"
                + " \"all\" of it");
    assertThat(results.toCsv())
        .contains(",\"NumericFaultException: step 3: the loss is NaN, \"\"all");
    assertThat(StudyReport.html(results, "")).contains("Runs that failed", "0 of 1");
    assertThat(results.best().orElseThrow().label()).isEqualTo("lora, rank 8");

    run(study(recipe));
    assertThat(ran)
        .as("tried again")
        .containsExactly("name=lora,rank=4,seed=0", "name=control,rank=4,seed=0");
  }

  @Test
  void whatMakesNoRecipeIsFoundBeforeTheFirstRun() {
    assertThatThrownBy(
            () -> study(load("base.yaml", 0, "method.name=lora,full", "method.rank=4,8")))
        .isInstanceOf(RecipeException.class)
        .hasMessageStartingWith("grid: method.name=full method.rank=4: ")
        .hasMessageContaining("method.rank: unknown key");
    assertThatThrownBy(() -> study(load("base.yaml", 2, "method.name=lora,cotnrol")))
        .isInstanceOf(RecipeException.class)
        .hasMessageStartingWith("grid: method.name=cotnrol: ")
        .hasMessageEndingWith("did you mean 'control'?");
  }

  @Test
  void everyCombinationIsLookedAtOnceBeforeTheFirstRun() throws IOException {
    StudyRecipe recipe = load("base.yaml", 3, "method.layers=all,last 2");
    List<String> checked = new ArrayList<>();
    study(recipe).check(point -> checked.add(point.output().getFileName().toString()));
    assertThat(checked).hasSize(2);
    run(study(recipe));
    checked.clear();
    study(recipe).check(point -> checked.add("finished runs need no look"));
    assertThat(checked).isEmpty();
    assertThatThrownBy(
            () ->
                Study.of(recipe, folder, true)
                    .check(
                        point -> {
                          throw new GraphException("layers: the model has the layers 0 to 0");
                        }))
        .isInstanceOf(RecipeException.class)
        .hasMessage("grid: method.layers=all: layers: the model has the layers 0 to 0");
  }

  @Test
  void settingsThatDifferBesideTheGridAreShown() throws IOException {
    StudyResults results = run(study(load("base.yaml", 2, "method.name=lora,control,adapter")));
    assertThat(results.differences().keys()).contains("train.learning_rate", "method.alpha");
    assertThat(results.settings().get(0).others())
        .containsEntry("train.learning_rate", "2e-4")
        .containsEntry("method.alpha", "16");
    assertThat(results.settings().get(1).others())
        .containsEntry("train.learning_rate", "0.001")
        .containsEntry("method.alpha", "1");
    assertThat(results.toCsv().lines().toList().get(0)).contains("train.learning_rate");
    assertThat(results.toCsv().lines().toList().get(1)).contains("2e-4");
    assertThat(results.toMap().get("notes").toString())
        .contains("the runs compared also differ in", "train.learning_rate");
    assertThat(StudyReport.html(results, ""))
        .contains("Learning rate", "2e-4", "the runs compared also differ in");
  }

  @Test
  void nothingIsSaidWhereAllElseIsEqual() throws IOException {
    StudyRecipe recipe =
        StudyRecipe.load(
            folder.resolve("base.yaml"),
            List.of("train.learning_rate=1e-3", "method.alpha=2"),
            List.of("method.name=lora,dora", "train.batch_size=8,16"),
            2,
            null,
            folder);
    StudyResults results = run(study(recipe));
    assertThat(results.differences().notes()).isEmpty();
    StudyResults same = run(study(load("base.yaml", 3)));
    assertThat(same.differences().notes()).isEmpty();
  }

  @Test
  void valuesMayBeLists() throws IOException {
    Files.writeString(
        folder.resolve("lists.yaml"),
        """
        recipe: base.yaml
        grid:
          method.blocks: [[attn], [mlp], [attn, mlp]]
          task.labels: [[yes, '7E10'], [a, b]]
        """);
    for (StudyRecipe recipe :
        List.of(
            load("lists.yaml", 0),
            load("base.yaml", 0, "method.blocks=[attn],[mlp],[attn, mlp]", "train.epochs=1"),
            load("base.yaml", 0, "method.blocks=[[attn],[mlp],[attn,mlp]]", "train.epochs=1"))) {
      assertThat(recipe.grid().get("method.blocks"))
          .containsExactly("[attn]", "[mlp]", "[attn, mlp]");
      List<StudyPoint> points = StudyPoint.of(recipe, folder);
      assertThat(points.get(points.size() - 1).recipe().toYaml()).contains("attn").contains("mlp");
      assertThat(points.get(0).label()).startsWith("blocks [attn], ");
    }
    Recipe first = StudyPoint.of(load("lists.yaml", 0), folder).get(0).recipe();
    assertThat(first.toYaml()).contains("7E10");
    Files.writeString(
        folder.resolve("methods.yaml"),
        "recipe: base.yaml\ngrid: {method: [lora, {name: control, blocks: [attn]}]}\n");
    List<StudyPoint> methods = StudyPoint.of(load("methods.yaml", 0), folder);
    assertThat(methods.get(1).label()).isEqualTo("{name: control, blocks: [attn]}");
    assertThat(methods.get(1).recipe().method().name()).isEqualTo("control");
  }

  @Test
  void aGridWithoutBoundIsRefusedBeforeItIsMade() throws IOException {
    refuses("grid: expected 10,000 runs at most, found 2,000,000,000", "base.yaml", 2_000_000_000);
    StringBuilder grid = new StringBuilder("recipe: base.yaml\ngrid:\n");
    for (int i = 0; i < 40; i++) {
      grid.append("  a").append(i).append(": [1, 2, 3, 4, 5, 6, 7, 8, 9]\n");
    }
    Files.writeString(folder.resolve("s.yaml"), grid);
    refuses("grid: expected 10,000 runs at most, found more than 10^15 (9 of a0, ", "s.yaml", 0);
    Files.writeString(folder.resolve("s.yaml"), "recipe: base.yaml\nseeds: 2147483647\n");
    refuses("found 2,147,483,647 (2147483647 seeds)", "s.yaml", 0);
  }

  @Test
  void anInterruptStopsIt() throws IOException {
    StudyRecipe recipe = load("base.yaml", 3);
    Study.Runner runner =
        runner(
            point -> {
              if (point.train().seed() == 1) {
                throw new CancellationException();
              }
            });
    assertThatThrownBy(() -> study(recipe).run(runner, new Listener()))
        .isInstanceOf(CancellationException.class);
    StudyResults results = run(study(recipe));
    assertThat(ran).containsExactly("seed=1", "seed=2");
    assertThat(results.settings()).hasSize(1);
    assertThat(results.settings().get(0).results()).hasSize(3);
  }

  @Test
  void runsOfAnotherRecipeAreNotMixedIn() throws IOException {
    StudyRecipe recipe = load("base.yaml", 2);
    run(study(recipe));
    Files.writeString(
        folder.resolve("base.yaml"),
        Files.readString(folder.resolve("base.yaml")) + "train: {epochs: 1}\n");
    assertThatThrownBy(() -> study(recipe))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("expected a run of the study's recipe, found one of another")
        .hasMessageContaining("--force");
    ran.clear();
    Study.of(recipe, folder, true).run(runner(point -> {}), new Listener());
    assertThat(ran).containsExactly("seed=0", "seed=1");
  }

  @Test
  void aStudyIsAFileToo() throws IOException {
    Files.writeString(
        folder.resolve("study.yaml"),
        """
        recipe: base.yaml
        grid:
          train.learning_rate: [1e-3, 0.002]
          method.layers: [all, last 2, [0, 2]]
        seeds: [7, 11]
        output: out
        """);
    StudyRecipe recipe = load("study.yaml", 0);
    assertThat(recipe.grid())
        .isEqualTo(
            Map.of(
                "train.learning_rate",
                List.of("0.001", "0.002"),
                "method.layers",
                List.of("all", "last 2", "[0, 2]")));
    assertThat(recipe.seeds()).containsExactly(7L, 11L);
    assertThat(recipe.output()).isEqualTo(folder.resolve("out"));
    List<StudyPoint> points = StudyPoint.of(recipe, folder);
    assertThat(points).hasSize(12);
    assertThat(points.stream().map(StudyPoint::name).distinct()).hasSize(12);
    assertThat(points.get(3).recipe().train().seed()).isEqualTo(11);
    assertThat(load("study.yaml", 2).seeds()).containsExactly(0L, 1L);
  }

  @Test
  void mistakesAreNamed() throws IOException {
    refuses("grid: expected keys with values to vary", "base.yaml", 0);
    refuses("--grid: expected key=value,value", "base.yaml", 0, "method.rank");
    refuses("--grid: expected values between the commas", "base.yaml", 0, "method.rank=");
    refuses("--grid: expected values between the commas", "base.yaml", 0, "method.rank=4,");
    refuses(
        "grid: method.rank: expected at least one value, each once",
        "base.yaml",
        0,
        "method.rank=4,4");
    refuses(
        "grid: train.seed: expected a key that decides the result",
        "base.yaml",
        0,
        "train.seed=1,2");
    Files.writeString(folder.resolve("s.yaml"), "recipe: base.yaml\ngird: {a: [1]}\n");
    refuses("gird: unknown key of a study", "s.yaml", 0);
    Files.writeString(folder.resolve("s.yaml"), "recipe: base.yaml\ngrid: {a: 1}\n");
    refuses("grid: a: expected a list of values, found the number 1", "s.yaml", 0);
    Files.writeString(folder.resolve("s.yaml"), "recipe: base.yaml\ngrid: [a]\n");
    refuses("grid: expected a mapping", "s.yaml", 0);
    Files.writeString(folder.resolve("s.yaml"), "recipe: base.yaml\nseeds: many\n");
    refuses("seeds: expected a number of them or a list", "s.yaml", 0);
    Files.writeString(folder.resolve("s.yaml"), "recipe: base.yaml\nseeds: [3, 3]\n");
    refuses("seeds: expected at least one, each once, found [3, 3]", "s.yaml", 0);
    Files.writeString(folder.resolve("s.yaml"), "recipe: 3\ngrid: {a: [1]}\n");
    refuses("recipe: expected a path", "s.yaml", 0);
    assertThatThrownBy(() -> study(load("base.yaml", 0, "method.rnak=4,8")))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("rnak: unknown key");
    assertThatThrownBy(() -> study(load("base.yaml", 2, "data.validation=none")))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("data.validation: expected evaluation data");
  }

  @Test
  void aStudyOfMoreRunsThanAnybodyWaitsForIsRefusedAtOnce() {
    String[] grid = new String[9];
    for (int axis = 0; axis < grid.length; axis++) {
      grid[axis] = "key" + axis + "=0,1,2,3,4,5,6,7,8,9";
    }
    refuses("grid: expected 10,000 runs at most, found ", "base.yaml", 0, grid);
    refuses(
        "grid: expected 10,000 runs at most, found 1,000,000,000 (", "base.yaml", 1_000_000_000);
  }

  private void refuses(String message, String file, int seeds, String... grid) {
    assertThatThrownBy(() -> load(file, seeds, grid))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(message);
  }
}
