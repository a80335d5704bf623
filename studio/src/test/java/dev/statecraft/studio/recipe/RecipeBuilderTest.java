package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A recipe made in code is the one that a file with the same keys is. */
final class RecipeBuilderTest {
  private static final Path FOLDER = Path.of("/somewhere");

  private static RecipeBuilder tickets() {
    return Recipe.builder("builtin:minilm")
        .method("lora")
        .train(Path.of("a.csv"), Path.of("/there/b.csv"))
        .validation(Path.of("dev.csv"))
        .task(TaskRecipe.CLASSIFICATION);
  }

  @Test
  void isWhatAFileWouldBe() {
    Recipe built =
        tickets()
            .set("method.rank", 4)
            .set("method.targets", List.of("q_proj", "v_proj"))
            .set("train.learning_rate", 1e-3)
            .set("train.checkpoint", "none")
            .output(Path.of("runs/here"))
            .build(FOLDER);
    Recipe read =
        Recipe.parse(
            """
            model: builtin:minilm
            method: {name: lora, rank: 4, targets: [q_proj, v_proj]}
            data: {train: [a.csv, /there/b.csv], validation: dev.csv}
            task: classification
            train: {learning_rate: 1e-3, checkpoint: none}
            output: runs/here
            """,
            "a file",
            "file",
            List.of(),
            FOLDER);
    assertThat(built).isEqualTo(read);
    assertThat(built.train().batchSize()).isEqualTo(16);
  }

  @Test
  void isCheckedAsAFileIs() {
    assertThatThrownBy(() -> tickets().set("train.epochs", 0).build(FOLDER))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("the recipe: train.epochs: expected 1 or more, found 0");
    assertThatThrownBy(() -> tickets().set("train.epoch", 2).build(FOLDER))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("train.epoch")
        .hasMessageContaining("epochs");
    assertThatThrownBy(() -> Recipe.builder("builtin:minilm").build(FOLDER))
        .isInstanceOf(RecipeException.class);
  }

  @Test
  void buildersDoNotChange() {
    RecipeBuilder one = tickets();
    RecipeBuilder other = one.set("train.epochs", 9);
    assertThat(one.build(FOLDER).train().epochs()).isEqualTo(3);
    assertThat(other.build(FOLDER).train().epochs()).isEqualTo(9);
  }

  @Test
  void aKeyWithinAValueIsADefectOfTheProgram() {
    assertThatThrownBy(() -> tickets().set("model.name", "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("model.name: expected model not to be set before");
  }
}
