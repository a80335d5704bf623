package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Who decides with how many threads is computed. */
class SessionsTest {
  private final List<String> said = new ArrayList<>();

  private static OptionalInt of(int threads) {
    return threads == 0 ? OptionalInt.empty() : OptionalInt.of(threads);
  }

  private static Recipe recipe(int key) {
    String yaml =
        """
        model: builtin:minilm
        method: lora
        data: {train: train.csv}
        task: classification
        """;
    List<String> settings = key == 0 ? List.of() : List.of("train.threads=" + key);
    Recipe read = Recipe.parse(yaml, "the test's recipe", "run", settings, Path.of("folder"));
    // A key survives being written and read.
    return Recipe.parse(read.toYaml(), "itself", "run", List.of(), Path.of("folder"));
  }

  /** Threads of a session, with 0 for what says nothing. */
  private int threads(int environment, int option, int key) {
    Sessions sessions = new Sessions(of(environment), () -> of(option), said::add);
    said.clear();
    try (Torch torch = sessions.open(recipe(key))) {
      return torch.threads();
    }
  }

  @Test
  void theEnvironmentWinsThenTheCommandLineThenTheRecipe() {
    int processors = Runtime.getRuntime().availableProcessors();
    if (System.getenv("OMP_NUM_THREADS") == null) {
      assertThat(threads(0, 0, 0)).isEqualTo(processors);
    }
    assertThat(threads(0, 0, 5)).isEqualTo(5);
    assertThat(said).containsExactly("computes with 5 threads");
    assertThat(threads(0, 1, 5)).isEqualTo(1);
    assertThat(said).containsExactly("computes with 1 thread");
    assertThat(threads(3, 1, 5)).isEqualTo(3);
    assertThat(said)
        .containsExactly("computes with 3 threads: OMP_NUM_THREADS wins over the 1 asked for");
    assertThat(threads(3, 0, 5)).isEqualTo(3);
    assertThat(said)
        .containsExactly("computes with 3 threads: OMP_NUM_THREADS wins over the 5 asked for");
    assertThat(threads(3, 0, 0)).isEqualTo(3);
    assertThat(said).containsExactly("computes with 3 threads");
  }

  @Test
  void workWithoutARecipeFollowsTheCommandLine() {
    Sessions sessions = new Sessions(of(0), () -> of(4), said::add);
    try (Torch torch = sessions.open(Device.CPU)) {
      assertThat(torch.threads()).isEqualTo(4);
    }
    assertThat(sessions.threads()).isEqualTo(4);
    assertThat(said).containsExactly("computes with 4 threads");
  }
}
