package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a study finds wrong before its first run. */
class RecipeForesightTest {
  @TempDir private Path folder;

  @BeforeEach
  void files() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TinyFolder.texts(folder.resolve("train.jsonl"));
    Files.writeString(folder.resolve("dev.csv"), "sentence,label\none,a\ntwo,b\n");
    Files.writeString(folder.resolve("empty.csv"), "text,label\n");
  }

  private void check(String... changes) throws IOException {
    String yaml =
        """
        model: model
        method: {name: lora, rank: 4}
        data: {train: train.jsonl, validation: {split: 0.25}}
        task: causal-lm
        """;
    Recipe recipe = Recipe.parse(yaml, "r.yaml", "run", List.of(changes), folder);
    try (Foresight foresight = new ModelEngine().foresight()) {
      foresight.check(recipe);
    }
  }

  @Test
  void whatGoesGoes() {
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void methodsThatDoNotFitAreFound() {
    assertThatThrownBy(() -> check("method.targets=[q_prjo]"))
        .isInstanceOf(GraphException.class)
        .hasMessageContaining("q_prjo");
    assertThatThrownBy(() -> check("method.layers=[7]"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("layers 0 to 1");
  }

  /** How long the run will be is known from its limit. */
  @Test
  void ranksThatCannotFallInTheRunAreFound() {
    String method = "method={name: adalora, tinit: 50, tfinal: 20}";
    assertThatCode(() -> check(method, "train.max_steps=100")).doesNotThrowAnyException();
    assertThatThrownBy(() -> check(method, "train.max_steps=60"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("tinit, tfinal: expected together less than the 60 steps");
  }

  @Test
  void dataAndModelsThatDoNotFitAreFound() {
    assertThatThrownBy(() -> check("data.train=none.jsonl"))
        .hasMessageContaining("none.jsonl: data file not found");
    assertThatThrownBy(() -> check("data.validation=dev.csv"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("dev.csv row 1", "fit no instruction format");
    assertThatThrownBy(() -> check("data.validation=empty.csv"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("empty.csv")
        .hasMessageContaining("expected at least one row");
    assertThatThrownBy(() -> check("task=classification", "data.train=dev.csv"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a text encoder");
    assertThatThrownBy(
            () ->
                check(
                    "model=builtin:minilm",
                    "task=classification",
                    "data.train=dev.csv",
                    "data.columns.label=class"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("no column");
  }
}
