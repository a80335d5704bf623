package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What language modelling reports of tokens is called after tokens, wherever it is told. */
class TokenAccuracyTest {
  @TempDir private Path folder;

  private Recipe recipe(String metrics) {
    return Recipe.parse(
        """
        model: model
        method: {name: lora, rank: 4}
        data: {train: train.jsonl, validation: train.jsonl, instruction: text}
        task: {type: causal-lm, metrics: %s}
        train: {epochs: 40, batch_size: 4, learning_rate: 0.03, select: best}
        output: run
        """
            .formatted(metrics),
        "test.yaml",
        "run",
        List.of(),
        folder);
  }

  @Test
  void tokensThatArePredictedAreNoAnswersThatAreRight() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    // The third word is a coin's throw, all others follow from it.
    Files.writeString(
        folder.resolve("train.jsonl"),
        "{\"text\": \"w3 w10 w11 w13\"}\n{\"text\": \"w3 w10 w12 w13\"}\n".repeat(2));
    Recipe recipe = recipe("[token_accuracy, loss]");
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REFUSE);
    SeenRun seen = new SeenRun();
    new ModelEngine().train(recipe, run, seen);
    assertThat(seen.first("token_accuracy")).isLessThan(0.5);
    // Half a token of three (or of four, with an end) cannot be known.
    assertThat(seen.last("token_accuracy")).isIn(2.5 / 3, 3.5 / 4);
    assertThat(Files.readString(folder.resolve("run/recipe.yaml"))).contains("token_accuracy");
  }

  @Test
  void theOldNameIsRefusedWithTheNewOne() {
    assertThatThrownBy(() -> recipe("[accuracy]"))
        .isInstanceOf(RecipeException.class)
        .hasMessage(
            "test.yaml: task.metrics: expected some of [loss, perplexity, token_accuracy], found"
                + " 'accuracy'; the part of tokens that are predicted is now called"
                + " 'token_accuracy'");
  }
}
