package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.engine.Classification;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of {@code docs/library.md} is that of {@link LibraryExamples}, which runs. */
final class LibraryDocTest {
  private static final Pattern SHOWN =
      Pattern.compile("<!-- (\\w+) -->\n```java\n(.*?)```", Pattern.DOTALL);
  private static final Path ROOT = Path.of(System.getProperty("statecraft.root"));

  @TempDir private Path folder;

  @Test
  void theExamplesAreThoseThatAreCompiled() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/library.md"));
    String source =
        Files.readString(ROOT.resolve("cli/src/test/java/dev/statecraft/cli/LibraryExamples.java"));
    List<MatchResult> shown = SHOWN.matcher(page).results().toList();
    assertThat(shown).hasSize(11);
    for (MatchResult example : shown) {
      String begin = "    // begin " + example.group(1) + "\n";
      int from = source.indexOf(begin) + begin.length();
      assertThat(from).as(example.group(1)).isGreaterThan(begin.length());
      String compiled = source.substring(from, source.indexOf("    // end\n", from));
      // Shown without its indentation, and with line breaks where they fit a page.
      assertThat(words(example.group(2))).isEqualTo(words(compiled));
      assertThat(example.group(2).lines()).as("a dozen lines").hasSizeLessThanOrEqualTo(14);
    }
  }

  private static String words(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }

  @Test
  void fineTuningAndEvaluationRun() throws IOException {
    Files.writeString(
        folder.resolve("tickets.csv"),
        "text,label\nthe bill is wrong,billing\nit crashed,support\npay twice,billing\n");
    Recipe recipe = LibraryExamples.recipe(folder);
    assertThat(LibraryExamples.fineTune(recipe).summary().steps()).isEqualTo(2);
    assertThat(LibraryExamples.evaluate(new ModelEngine(), folder).get("accuracy"))
        .isBetween(0.0, 1.0);
    assertThat(LibraryExamples.embed(new ModelEngine())).hasSize(384);
    assertThat(LibraryExamples.classify(new ModelEngine(), folder))
        .hasSize(2)
        .allSatisfy(
            team -> assertThat(team.probabilities()).containsOnlyKeys("billing", "support"));
  }

  @Test
  void adaptersAreSwitched() throws IOException {
    Files.writeString(
        folder.resolve("tickets.csv"),
        "text,label\nthe bill is wrong,billing\nit crashed,support\npay twice,billing\n");
    LibraryExamples.fineTune(LibraryExamples.recipe(folder));
    Recipe mood =
        Recipe.builder("builtin:minilm")
            .method("lora")
            .train(Files.writeString(folder.resolve("mood.csv"), "text,label\nfine,good\nno,bad\n"))
            .task(TaskRecipe.CLASSIFICATION)
            .set("data.validation", "none")
            .output(folder.resolve("runs/mood"))
            .build();
    LibraryExamples.fineTune(mood);
    Map<String, Classification> answers = LibraryExamples.adapters(new ModelEngine(), folder);
    assertThat(answers).containsOnlyKeys("tickets", "mood");
    for (Map.Entry<String, Classification> answer : answers.entrySet()) {
      try (OpenModel alone =
          new ModelEngine().open(folder.resolve("runs").resolve(answer.getKey()))) {
        assertThat(alone.classify("I was charged twice")).isEqualTo(answer.getValue());
      }
    }
    CombineOutcome outcome = LibraryExamples.combine(new ModelEngine(), folder);
    assertThat(outcome.edges()).isNotEmpty();
    assertThat(outcome.notes()).anyMatch(note -> note.startsWith("mood is not scored"));
    assertThat(folder.resolve("runs/both/tasks/mood/adapter")).isDirectory();
  }

  /** What it trained is there for a program that has the function, and for no other. */
  @Test
  void aFunctionOfOnesOwnIsTrainedSavedAndLoaded() throws IOException {
    Files.writeString(
        folder.resolve("tickets.csv"),
        "text,label\nthe bill is wrong,billing\nit crashed,support\npay twice,billing\n");
    UserFunctions functions = LibraryExamples.functions();
    Classification team = LibraryExamples.own(functions, folder);
    Path run = folder.resolve("runs/own");
    try (OpenModel again = new ModelEngine(functions).open(run)) {
      assertThat(again.classify("I was charged twice")).isEqualTo(team);
    }
    assertThatThrownBy(() -> new ModelEngine().open(run))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            run.resolve("adapter/adapter_config.json")
                + ": parts[0].edges[0].user_function: expected a function that the program has"
                + " registered, which has none, found \"tanh-of-product\"");
  }

  @Test
  void generationRuns() throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("tiny")));
    assertThat(LibraryExamples.generate(new ModelEngine(), model.toString())).isNotNull();
  }

  @Test
  void plansRun() throws IOException {
    Path model = TinyFolder.model(folder.resolve("tiny"));
    String config = model.resolve("config.json").toString();
    assertThat(LibraryExamples.plan(new ModelEngine(), config))
        .extracting("method")
        .containsExactly("lora", "control");
  }
}
