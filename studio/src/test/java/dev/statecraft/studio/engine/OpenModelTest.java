package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ChatMessage;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A model that is open answers without its files, to any thread, until it is closed. */
@Timeout(60)
final class OpenModelTest {
  private static final GenerateRequest.Sampling GREEDY = GenerateRequest.Sampling.GREEDY;

  /** Tokens of a text that is to be cut. */
  private static final int LONG = 20;

  @TempDir private Path folder;
  private final Engine engine = new ModelEngine();

  private TunedModel model() {
    return new TunedModel(folder.resolve("model").toString(), Optional.empty(), Quantization.NONE);
  }

  private OpenModel classifier() throws IOException {
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    return engine.open(recipe(), model());
  }

  private Recipe recipe() {
    return Recipe.builder("model")
        .method("probe")
        .train(Path.of("none.csv"))
        .task(TaskRecipe.CLASSIFICATION)
        .set("task.labels", List.of("a", "b"))
        .build(folder);
  }

  private OpenModel language() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    return engine.open(model(), DType.FLOAT32, Device.CPU);
  }

  private void deleteModel() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("model"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void classifiesWithoutLoadingAgain() throws IOException {
    List<TextInput> texts = List.of(new TextInput("w4 w9"), new TextInput("w30 w8"));
    try (OpenModel open = classifier()) {
      List<Classification> once = engine.classify(recipe(), model(), texts);
      deleteModel();
      assertThat(open.classify(texts, line -> {})).isEqualTo(once);
      assertThat(open.classify("w4 w9")).isEqualTo(once.get(0)).isNotEqualTo(once.get(1));
    }
  }

  @Test
  void writesAndTalksWithoutLoadingAgain() throws IOException {
    try (OpenModel open = language()) {
      String once =
          engine
              .generate(
                  new GenerateRequest(model(), "w5 w9", 8, GREEDY, DType.FLOAT32, Device.CPU),
                  piece -> {})
              .text();
      deleteModel();
      StringBuilder pieces = new StringBuilder();
      assertThat(open.generate("w5 w9", 8, GREEDY, pieces::append).text())
          .isEqualTo(once)
          .isEqualTo(pieces.toString())
          .isEqualTo(open.generate("w5 w9", 8, GREEDY, piece -> {}).text());
    }
  }

  @Test
  void talks() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    TunedModel tuned = model().withTrained(PromptForm.ALPACA);
    List<Integer> lengths = new ArrayList<>();
    try (OpenModel open = engine.open(tuned, DType.FLOAT32, Device.CPU)) {
      for (int i = 0; i < 2; i++) {
        open.chat(
            4,
            GREEDY,
            session ->
                lengths.add(
                    session
                        .reply(List.of(ChatMessage.user("w5")), piece -> {}, () -> false)
                        .newTokens()));
      }
    }
    assertThat(lengths).hasSize(2).containsOnly(lengths.get(0));
  }

  @Test
  void answersAnyThread() throws Exception {
    try (OpenModel open = classifier()) {
      Classification expected = open.classify("w4 w9");
      List<Classification> found = Collections.synchronizedList(new ArrayList<>());
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        Thread asking =
            new Thread(
                () -> {
                  try {
                    for (int k = 0; k < 20; k++) {
                      found.add(open.classify("w4 w9"));
                    }
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
        asking.start();
        threads.add(asking);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(found).hasSize(80).containsOnly(expected);
    }
  }

  @Test
  void anInterruptEndsAText() throws IOException {
    try (OpenModel open = language()) {
      Thread asking = Thread.currentThread();
      GenerateRequest.Sampling sampling = ofALongText(open);
      Generation whole = open.generate("w5 w9", LONG, sampling, piece -> {});
      Generation cut =
          open.generate(
              "w5 w9",
              LONG,
              sampling,
              piece -> {
                if (!asking.isInterrupted()) {
                  asking.interrupt();
                  pause();
                }
              });
      assertThat(Thread.interrupted()).as("put off, not lost").isTrue();
      assertThat(cut.newTokens()).isLessThan(whole.newTokens());
      assertThat(open.generate("w5 w9", LONG, sampling, piece -> {}).text())
          .isEqualTo(whole.text());
    }
  }

  /** Random weights end a text soon, but not for every seed. */
  private static GenerateRequest.Sampling ofALongText(OpenModel open) throws IOException {
    for (long seed = 0; seed < 1000; seed++) {
      GenerateRequest.Sampling sampling =
          new GenerateRequest.Sampling(1, OptionalInt.empty(), OptionalDouble.empty(), seed);
      if (open.generate("w5 w9", LONG, sampling, piece -> {}).newTokens() == LONG) {
        return sampling;
      }
    }
    throw new AssertionError("no text of " + LONG + " tokens");
  }

  /** Long enough for the waiting thread to hear of the interrupt. */
  private static void pause() {
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusesWhatItWasNotOpenedForAndAllOnceItIsClosed() throws IOException {
    OpenModel open = classifier();
    try (open) {
      assertThatThrownBy(() -> open.generate("w4", 1, GREEDY, piece -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("this model was not opened to write texts");
    }
    assertThatThrownBy(() -> open.classify("w4"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    open.close();
  }

  @Test
  void whatCannotBeOpenedIsToldAtOnce() {
    assertThatThrownBy(() -> engine.open(model(), DType.FLOAT32, Device.CPU))
        .isInstanceOf(InvalidInputException.class);
    assertThatThrownBy(() -> engine.open(folder.resolve("run")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected a run directory");
  }
}
