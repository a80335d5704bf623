package dev.statecraft.studio.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.studio.SampleAdvice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdviceFolderTest {
  @TempDir private Path folder;

  private static final Advice ADVICE =
      SampleAdvice.of(SampleAdvice.request(List.of("attn"), 1, false), 2);

  private List<String> names(Path where) throws IOException {
    try (Stream<Path> entries = Files.list(where)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private Path written() throws IOException {
    Path place = folder.resolve("advice/a");
    AdviceFolder.at(place, false).write(ADVICE, "a page");
    return place;
  }

  @Test
  void writesPageJsonAndRecipe() throws IOException {
    Path place = written();
    assertThat(names(place)).containsExactly("advice.html", "advice.json", "recipe.yaml");
    assertThat(place.resolve("advice.html")).content().isEqualTo("a page");
    assertThat(place.resolve("recipe.yaml")).content().isEqualTo(ADVICE.recipe());
    assertThat(place.resolve("advice.json"))
        .content()
        .contains("\"controllability\"", place.resolve("recipe.yaml").toString());
  }

  @Test
  void anAdviceIsReplacedIfAskedFor() throws IOException {
    Path place = written();
    assertThatThrownBy(() -> AdviceFolder.at(place, false))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("output: expected a folder without an advice, found one in")
        .hasMessageContaining("--force");
    AdviceFolder.at(place, true).write(ADVICE, "another page");
    assertThat(place.resolve("advice.html")).content().isEqualTo("another page");
  }

  /** A run's recipe has the name that an advice's has. */
  @Test
  void foldersOfOthersStayAsTheyAre() throws IOException {
    Path run = Files.createDirectory(folder.resolve("run"));
    Files.writeString(run.resolve("recipe.yaml"), "a run's");
    Path mixed = written();
    Files.writeString(mixed.resolve("notes.txt"), "mine");
    for (Path place : List.of(run, mixed)) {
      List<String> before = names(place);
      for (boolean replace : new boolean[] {false, true}) {
        assertThatThrownBy(() -> AdviceFolder.at(place, replace))
            .isInstanceOf(UsageException.class)
            .hasMessageContaining("output: expected a new or empty folder or one of an advice");
      }
      assertThat(names(place)).isEqualTo(before);
    }
    assertThat(run.resolve("recipe.yaml")).content().isEqualTo("a run's");
  }

  @Test
  void whatAKilledProcessLeftIsSwept() throws IOException {
    Path place = Files.createDirectory(folder.resolve("killed"));
    Files.writeString(place.resolve(".advice.json." + UUID.randomUUID() + ".tmp"), "{");
    AdviceFolder.at(place, false).write(ADVICE, "a page");
    assertThat(names(place)).containsExactly("advice.html", "advice.json", "recipe.yaml");
  }

  @Test
  void filesAreNoFolders() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThatThrownBy(() -> AdviceFolder.at(file, true))
        .isInstanceOf(UsageException.class)
        .hasMessage("output: expected a folder, found the file " + file);
    assertThatThrownBy(() -> AdviceFolder.at(file.resolve("below"), true))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("cannot make the folder of an advice");
  }
}
