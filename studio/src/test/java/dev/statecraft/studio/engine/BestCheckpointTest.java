package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.RunHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run leaves that was better before its end. */
class BestCheckpointTest {
  private static final String ADAPTER = "adapter/adapter_model.safetensors";

  @TempDir private Path folder;
  private final List<Evaluation> evaluations = new ArrayList<>();

  /** Texts of random words: what is learned of them makes the held-out ones less likely. */
  private Path train(String select) throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    String yaml =
        """
        model: model
        method: {name: lora, rank: 4}
        data: {train: train.jsonl, validation: {split: 0.25}, instruction: text}
        task: causal-lm
        train:
          max_steps: 40
          epochs: 100
          batch_size: 6
          learning_rate: 0.02
          eval_every: 4
          checkpoint: {every: 4, keep: 1}
          select: %s
        output: %s
        """
            .formatted(select, select);
    Recipe recipe = Recipe.parse(yaml, "the test's recipe", "run", List.of(), folder);
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    evaluations.clear();
    new ModelEngine()
        .train(
            recipe,
            run,
            new RunHandler() {
              @Override
              public void evaluated(Evaluation evaluation) {
                evaluations.add(evaluation);
              }
            });
    return run.folder();
  }

  private long best() {
    return evaluations.stream()
        .min((a, b) -> Double.compare(a.metrics().get("loss"), b.metrics().get("loss")))
        .orElseThrow()
        .step();
  }

  @Test
  void theBestIsKeptAndLeftIfItIsAskedFor() throws IOException {
    Path last = train("last");
    long best = best();
    assertThat(best).isBetween(4L, 32L);
    Path kept = last.resolve("checkpoints/step-" + best).resolve(ADAPTER);
    assertThat(last.resolve(ADAPTER)).exists();
    assertThat(kept).exists();
    assertThat(Files.mismatch(kept, last.resolve(ADAPTER))).isNotEqualTo(-1);

    Path selected = train("best");
    assertThat(best()).isEqualTo(best);
    assertThat(selected.resolve(ADAPTER)).hasSameBinaryContentAs(kept);
  }
}
