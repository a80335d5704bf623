package dev.statecraft.studio.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.provenance.Provenance;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunDirectory.Existing;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program's run leaves all that a run leaves, stops when it is told to, and goes on. */
@Timeout(120)
final class TrainingJobTest {
  private static final int STEPS = 12;

  @TempDir private Path folder;
  private final Engine engine = new ModelEngine();

  @BeforeEach
  void modelAndData() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
  }

  private Recipe recipe(String run) {
    return Recipe.builder("model")
        .method("double-control")
        .set("method.rank", 2)
        .set("method.dropout", 0.1)
        .train(Path.of("train.jsonl"))
        .set("data.validation.split", 0.2)
        .set("data.instruction", "text")
        .task(TaskRecipe.CAUSAL_LM)
        .set("train.epochs", 100)
        .set("train.max_steps", STEPS)
        .set("train.batch_size", 4)
        .set("train.checkpoint", "none")
        .output(Path.of(run))
        .build(folder);
  }

  private TrainingJob begin(String run, RunListener listener) throws IOException {
    return TrainingJob.begin(
        engine, recipe(run), Existing.REFUSE, JobOptions.SILENT.withListener(listener));
  }

  private RunResult run(String run) throws IOException {
    try (TrainingJob job = begin(run, event -> {})) {
      return job.run();
    }
  }

  private RunResult resume(String run) throws IOException {
    try (TrainingJob job = TrainingJob.resume(engine, folder.resolve(run), JobOptions.SILENT)) {
      return job.run();
    }
  }

  private byte[] adapter(String run) throws IOException {
    return Files.readAllBytes(folder.resolve(run).resolve("adapter/adapter_model.safetensors"));
  }

  private JsonNode summary(String run) throws IOException {
    return new ObjectMapper().readTree(folder.resolve(run).resolve("summary.json").toFile());
  }

  private static RunListener atStep(LongConsumer told) {
    return new RunHandler() {
      @Override
      public void step(StepMetrics step) {
        told.accept(step.step());
      }
    };
  }

  @Test
  void aRunLeavesItsWholeDirectory() throws IOException {
    List<Long> told = new ArrayList<>();
    RunResult result;
    try (TrainingJob job = begin("run", atStep(told::add))) {
      result = job.run();
      assertThatThrownBy(job::run).isInstanceOf(IllegalStateException.class);
    }
    assertThat(told).hasSize(STEPS);
    assertThat(result.summary().steps()).isEqualTo(STEPS);
    assertThat(summary("run").get("status").asText()).isEqualTo("finished");
    assertThat(summary("run").at("/data/training").isMissingNode()).as("what was read").isFalse();
    RunDirectory directory = RunDirectory.open(folder.resolve("run"));
    assertThat(Provenance.read(directory.provenance()).results()).isNotEmpty();
    assertThat(directory.report()).content().contains("</html>");
    assertThat(directory.eventFiles()).hasSize(1);
    assertThat(Files.readAllLines(directory.metrics())).hasSize(STEPS);
    assertThat(folder.resolve("run/notes.log")).exists();
  }

  @Test
  void aCancelledRunIsSavedAndGoesOn() throws IOException {
    run("whole");
    AtomicReference<TrainingJob> handle = new AtomicReference<>();
    try (TrainingJob job =
        begin(
            "run",
            atStep(
                step -> {
                  if (step == 5) {
                    handle.get().cancel();
                  }
                }))) {
      handle.set(job);
      assertThatThrownBy(job::run).isInstanceOf(CancellationException.class);
    }
    assertThat(summary("run").get("status").asText()).isEqualTo("interrupted");
    assertThat(summary("run").get("steps").asLong()).isEqualTo(5);
    assertThat(folder.resolve("run/checkpoints/step-5")).isDirectory();

    assertThat(resume("run").steps()).hasSize(STEPS);
    assertThat(adapter("run")).isEqualTo(adapter("whole"));
    assertThatThrownBy(() -> resume("run"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("found a finished one");
  }

  @Test
  void anInterruptOfTheWaitingThreadCancels() throws IOException {
    Thread waiting = Thread.currentThread();
    try (TrainingJob job =
        begin(
            "run",
            atStep(
                step -> {
                  if (step == 3) {
                    waiting.interrupt();
                  }
                }))) {
      assertThatThrownBy(job::run).isInstanceOf(CancellationException.class);
    }
    assertThat(Thread.interrupted()).as("the exception is what is left of it").isFalse();
    long taken = summary("run").get("steps").asLong();
    assertThat(taken).isBetween(3L, STEPS - 1L);
    assertThat(Files.readAllLines(folder.resolve("run/metrics.jsonl"))).hasSize((int) taken);
    assertThat(folder.resolve("run/checkpoints/step-" + taken)).isDirectory();
    assertThat(resume("run").steps()).hasSize(STEPS);
  }

  /** Nothing has to be saved yet, so it is passed on, and ends the run at once. */
  @Test
  void anInterruptBeforeTheFirstStepIsPassedOn() throws IOException {
    Thread waiting = Thread.currentThread();
    RunListener atTheFirstNote =
        new RunHandler() {
          @Override
          public void note(String line) {
            waiting.interrupt();
            long begin = System.nanoTime();
            while (!Thread.currentThread().isInterrupted()) {
              assertThat(System.nanoTime() - begin).isLessThan(30_000_000_000L);
              Thread.onSpinWait();
            }
          }
        };
    try (TrainingJob job = begin("run", atTheFirstNote)) {
      assertThatThrownBy(job::run).isInstanceOf(CancellationException.class);
    }
    assertThat(Thread.interrupted()).isFalse();
    assertThat(folder.resolve("run/checkpoints")).doesNotExist();
    assertThat(resume("run").steps()).hasSize(STEPS);
  }

  @Test
  void aRunCanBeCancelledBeforeItRuns() throws IOException {
    try (TrainingJob job = begin("run", event -> {})) {
      job.cancel();
      assertThatThrownBy(job::run).isInstanceOf(CancellationException.class);
    }
    assertThat(summary("run").get("steps").asLong()).isZero();
  }

  @Test
  void theDirectoryIsHeldUntilTheJobIsClosed() throws IOException {
    try (TrainingJob job = begin("run", event -> {})) {
      assertThatThrownBy(() -> resume("run"))
          .isInstanceOf(RecipeException.class)
          .hasMessageContaining("another process is training");
      assertThat(job.directory().folder()).isEqualTo(folder.resolve("run"));
    }
    assertThat(resume("run").steps()).hasSize(STEPS);
  }

  @Test
  void whatCannotBeginHoldsNothing() throws IOException {
    Files.delete(folder.resolve("train.jsonl"));
    assertThatThrownBy(() -> begin("run", event -> {})).isInstanceOf(InvalidInputException.class);
    TinyFolder.texts(folder.resolve("train.jsonl"));
    assertThat(run("run").steps()).hasSize(STEPS);
  }
}
