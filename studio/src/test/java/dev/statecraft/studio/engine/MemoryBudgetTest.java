package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.AvailableMemory;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMemory;
import dev.statecraft.training.StepMetrics;
import dev.statecraft.training.TrainOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built-in encoder tuned within a budget. */
class MemoryBudgetTest {
  @TempDir private Path folder;
  private final List<String> notes = new ArrayList<>();
  private boolean started;

  @BeforeEach
  void data() throws IOException {
    StringBuilder rows = new StringBuilder("text,label\n");
    for (int i = 0; i < 12; i++) {
      rows.append("the light is on ".repeat(1 + i)).append(i % 2 == 0 ? ",yes\n" : ",no\n");
    }
    Files.writeString(folder.resolve("train.csv"), rows);
  }

  private final class Listener implements RunHandler {
    @Override
    public void started(long trainableParameters, long totalSteps) {
      started = true;
    }

    @Override
    public void step(StepMetrics step) {
      assertThat(step.loss()).isFinite();
    }

    @Override
    public void evaluated(Evaluation evaluation) {
      throw new AssertionError("nothing is evaluated");
    }

    @Override
    public void note(String line) {
      notes.add(line);
    }
  }

  private TrainOutcome train(String... settings) throws IOException {
    String yaml =
        """
        model: builtin:minilm
        method: lora
        data: {train: train.csv, validation: none}
        task: classification
        train: {max_steps: 1, batch_size: 12}
        """;
    Recipe recipe = Recipe.parse(yaml, "the test's recipe", "run", List.of(settings), folder);
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REPLACE);
    started = false;
    notes.clear();
    return new ModelEngine().train(recipe, run, new Listener());
  }

  @Test
  void aBudgetIsKeptAndSaysWhatItCosts() throws IOException {
    TrainOutcome all = train("train.store=all");
    final long most = all.memory().peakBytes();
    assertThat(all.store()).isEqualTo("all");

    TrainOutcome lean = train("train.store=inputs");
    long least = lean.memory().peakBytes();
    long budget = (most + least) / 2;
    TrainOutcome mixed = train("memory.budget=" + budget);
    assertThat(mixed.memory().peakBytes()).isBetween(least, budget);
    assertThat(mixed.store()).isNotIn("all", "inputs");
    assertThat(notes).anyMatch(note -> note.startsWith("stores " + mixed.store() + ": "));
    StepMemory predicted = mixed.predicted().orElseThrow();
    assertThat(predicted.peak()).isEqualTo(mixed.memory());
    assertThat(predicted.storedStates()).containsKey("5");
    assertThat(predicted.timeline()).hasSizeBetween(14, 30);

    TrainOutcome smaller =
        train("memory.budget=" + (least - 1), "train.micro_batch=auto", "train.store=inputs");
    assertThat(smaller.memory().peakBytes()).isLessThan(least);
    assertThat(notes).anyMatch(note -> note.startsWith("micro-batches of up to "));
  }

  @Test
  void whatDoesNotFitEndsBeforeTheWeightsAreLoaded() {
    assertThatThrownBy(() -> train("memory.budget=1MiB", "train.micro_batch=auto"))
        .isInstanceOfSatisfying(
            BudgetException.class,
            e -> {
              assertThat(e.given()).isEqualTo(1 << 20);
              assertThat(e.needed()).isGreaterThan(80_000_000);
            })
        .hasMessageContaining("memory.budget: a step with micro-batches of 1 example (")
        .hasMessageContaining("that stores as little as possible needs at least")
        .hasMessageContaining("found a budget of 1.0 MiB (1048576 bytes)")
        .message()
        .doesNotContain("\n");
    assertThat(started).isFalse();
    assertThatThrownBy(() -> train("memory.budget=1MiB", "train.store=all"))
        .hasMessageContaining("micro-batches of 12 examples")
        .hasMessageContaining("that stores all needs at least");
  }

  @Test
  void theMachineItselfIsABudget() throws IOException {
    try (Torch torch = Torch.cpu()) {
      assumeThat(AvailableMemory.forTensors(torch)).as("what is free here").isGreaterThan(1L << 30);
    }
    TrainOutcome outcome = train("memory.budget=auto", "train.micro_batch=auto");
    assertThat(outcome.store()).isEqualTo("all");
    assertThat(outcome.predicted().orElseThrow().peak()).isEqualTo(outcome.memory());
  }
}
