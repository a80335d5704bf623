package dev.statecraft.cli.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.cli.SampleRuns;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.recipe.StudyRecipe;
import dev.statecraft.cli.report.StudyReport;
import dev.statecraft.cli.run.MetricsLog;
import dev.statecraft.cli.run.RunDirectory;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.train.NumericFaultException;
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
    RunResult result = SampleRuns.run(recipe.method().name().label(), 80, speed, recipe.output());
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
        .startsWith("method.name,method.rank,seed,status,accuracy,macro_f1,loss,trainable");
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
    StudyRecipe recipe = load("base.yaml", 0, "method.name=lora,full,control", "method.rank=4,8");
    Study.Runner runner =
        runner(
            point -> {
              if (point.toYaml().contains("rank: 4")) {
                throw new NumericFaultException("step 3: the loss is NaN, \"all\" of it");
              }
            });
    StudyResults results = study(recipe).run(runner, new Listener());
    assertThat(results.failures()).hasSize(4);
    assertThat(notes)
        .contains(
            "name=lora,rank=4,seed=0 failed: NumericFaultException: step 3: the loss is NaN,"
                + " \"all\" of it")
        .anyMatch(note -> note.contains("name=full,rank=8") && note.contains("rank: unknown key"));
    assertThat(results.toCsv())
        .contains(",\"NumericFaultException: step 3: the loss is NaN, \"\"all");
    assertThat(StudyReport.html(results, "")).contains("Runs that failed", "0 of 1", "unknown key");
    assertThat(results.best().orElseThrow().label()).isEqualTo("lora, rank 8");

    run(study(recipe));
    assertThat(ran)
        .as("tried again, where there is a recipe to try")
        .containsExactly("name=lora,rank=4,seed=0", "name=control,rank=4,seed=0");
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
                List.of("all", "last 2", "[0,2]")));
    assertThat(recipe.seeds()).containsExactly(7L, 11L);
    assertThat(recipe.output()).isEqualTo(folder.resolve("out"));
    List<StudyPoint> points = StudyPoint.of(recipe, folder);
    assertThat(points).hasSize(12).allMatch(point -> point.recipe().isPresent());
    assertThat(points.stream().map(StudyPoint::name).distinct()).hasSize(12);
    assertThat(points.get(3).recipe().orElseThrow().train().seed()).isEqualTo(11);
    assertThat(load("study.yaml", 2).seeds()).containsExactly(0L, 1L);
  }

  @Test
  void mistakesAreNamed() throws IOException {
    refuses("grid: expected keys with values to vary", "base.yaml", 0);
    refuses("--grid: expected key=value,value", "base.yaml", 0, "method.rank");
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
    refuses("grid: expected a study of up to 100000 runs, found ", "base.yaml", 0, grid);
    refuses(
        "seeds: expected a study of up to 100000 runs, found 1000000000 or more",
        "base.yaml",
        1_000_000_000);
  }

  private void refuses(String message, String file, int seeds, String... grid) {
    assertThatThrownBy(() -> load(file, seeds, grid))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining(message);
  }
}
