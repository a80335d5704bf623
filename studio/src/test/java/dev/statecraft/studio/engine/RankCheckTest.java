package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.RecipeException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks that are absurd for a model of hidden size 16. */
class RankCheckTest {
  @TempDir private Path folder;

  private Graph tuned(String method) throws IOException {
    try (PretrainedModel model = PretrainedModel.open(TinyFolder.model(folder.resolve("m")))) {
      TaskModel family = model.causalLm();
      return Methods.parse(method)
          .tuning(Models.defaults(family, UserFunctions.NONE))
          .apply(family.graph());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "dora", "control", "adapter"})
  void aRankAboveTheWidthIsNoted(String method) throws IOException {
    assertThat(RankCheck.note(tuned("{name: " + method + ", rank: 8}"))).isEmpty();
    assertThat(RankCheck.note(tuned("{name: " + method + ", rank: 40}")).orElseThrow())
        .startsWith("rank 40 is above ")
        .contains("layers.0.");
  }

  @Test
  void ranksAndScalesThatCannotBeMeantAreErrors() {
    assertThatThrownBy(() -> Methods.parse("{name: lora, rank: 1000000}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("rank: expected from 1 to 65536, found 1000000");
    for (String method : new String[] {"lora", "control", "adapter"}) {
      assertThatThrownBy(() -> Methods.parse("{name: " + method + ", alpha: 0}"))
          .isInstanceOf(RecipeException.class)
          .hasMessageContaining("alpha: expected a number other than 0");
    }
    assertThatThrownBy(() -> Methods.parse("{name: lora, dropout: 1}"))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("dropout: expected a probability");
  }
}
