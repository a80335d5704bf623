package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeBuilder;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunDirectory.Existing;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.testkit.RealData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What another adapter costs in time and memory, against the model once more. */
@Tag("real-data")
class SwitchTimesTest {
  private static final int RELOADS = 11;
  private static final int QUESTIONS = 101;
  private static final int SWITCHES = 1001;
  private static final int ADAPTERS = 5;

  @TempDir private Path folder;
  private final ModelEngine engine = new ModelEngine();

  /** Something timed. */
  @FunctionalInterface
  private interface Work {
    void run(int index) throws IOException;
  }

  private static double median(int times, Work work) throws IOException {
    double[] micros = new double[times];
    for (int i = 0; i < times; i++) {
      long start = System.nanoTime();
      work.run(i);
      micros[i] = (System.nanoTime() - start) / 1e3;
    }
    Arrays.sort(micros);
    return micros[times / 2];
  }

  private void train(RecipeBuilder recipe) throws IOException {
    try (TrainingJob job =
        TrainingJob.begin(
            engine,
            recipe
                .method("lora")
                .set("data.validation", "none")
                .set("train.max_steps", 1)
                .output(folder.resolve("run"))
                .build(folder),
            Existing.REPLACE,
            JobOptions.SILENT)) {
      job.run();
    }
  }

  /** Answers something, so that all that an answer needs is there. */
  private interface Question {
    void ask(Answering answering) throws IOException;
  }

  private void measure(String name, PretrainedModel model, AnswerKind kind, Question question)
      throws IOException {
    Path run = folder.resolve("run");
    long one = 0;
    long two = 0;
    try (Torch torch = Torch.cpu();
        OpenAdapters adapters =
            new OpenAdapters(
                RunDirectory.open(run).recipe().model(),
                model,
                UserFunctions.NONE,
                kind,
                torch,
                DType.FLOAT32,
                Quantization.NONE)) {
      for (int i = 1; i <= ADAPTERS; i++) {
        adapters.load(new NamedAdapter("a" + i, run), Optional.empty());
        adapters.use("a" + i);
        adapters.answer(
            answering -> {
              question.ask(answering);
              return answering;
            });
        one = i == 1 ? torch.liveBytes() : one;
        two = i == 2 ? torch.liveBytes() : two;
      }
      long five = torch.liveBytes();
      System.out.printf(
          Locale.ROOT,
          "%s: 1 adapter %,d bytes, %d adapters %,d bytes%n",
          name,
          one,
          ADAPTERS,
          five);
      double load =
          median(
              RELOADS,
              i -> {
                adapters.load(new NamedAdapter("more", run), Optional.empty());
                adapters.unload("more");
              });
      System.out.printf(Locale.ROOT, "%s: load of an adapter %.0f us%n", name, load);
      assertThat(five - one).isEqualTo((ADAPTERS - 1) * (two - one));
      assertThat(two - one).as("an adapter, and not its base").isLessThan(one / 5);
    }
  }

  /** The handle of a program, by its thread. */
  private void time(String name, OpenModel open, Work question, Work reload) throws IOException {
    double reloaded = median(RELOADS, reload);
    String first = open.used();
    open.load("other", folder.resolve("run"));
    question.run(0);
    double use = median(SWITCHES, i -> open.use(i % 2 == 0 ? "other" : first));
    double asked = median(QUESTIONS, question);
    double switched =
        median(
            QUESTIONS,
            i -> {
              open.use(i % 2 == 0 ? first : "other");
              question.run(i);
            });
    System.out.printf(
        Locale.ROOT,
        "%s: reload %.0f us, switch %.1f us; a question %.0f us, switch and question %.0f us%n",
        name,
        reloaded,
        use,
        asked,
        switched);
    assertThat(use).isLessThan(reloaded / 20);
  }

  @Test
  void aSwitchOfAWritingModelCostsNoReload() throws IOException {
    Path stories = RealData.file("data/stories260k").toAbsolutePath().normalize();
    Path texts =
        Files.writeString(
            folder.resolve("texts.jsonl"), "{\"text\": \"Once there was a cat.\"}\n".repeat(8));
    train(Recipe.builder(stories.toString()).train(texts).task("causal-lm"));
    GenerateRequest.Sampling greedy = GenerateRequest.Sampling.GREEDY;
    try (PretrainedModel model = PretrainedModel.open(stories)) {
      measure(
          "stories260k",
          model,
          new WritingKind(model, PromptForm.AS_IS),
          answering ->
              answering
                  .language()
                  .generate("Once", PromptForm.AS_IS, 1, greedy, piece -> {}, () -> false));
    }
    TunedModel tuned =
        new TunedModel(
            stories.toString(), Optional.of(folder.resolve("run/adapter")), Quantization.NONE);
    try (OpenModel open = engine.open(tuned, DType.FLOAT32, Device.CPU)) {
      time(
          "stories260k",
          open,
          i -> open.generate("Once", 1, greedy, piece -> {}),
          i -> engine.open(tuned, DType.FLOAT32, Device.CPU).close());
    }
  }

  @Test
  void aSwitchOfAClassifierCostsNoReload() throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.csv"), "text,label\nfine,good\nawful,bad\n");
    train(Recipe.builder("builtin:minilm").train(rows).task(TaskRecipe.CLASSIFICATION));
    Recipe recipe = RunDirectory.open(folder.resolve("run")).recipe();
    try (PretrainedModel model = Models.open("builtin:minilm")) {
      measure(
          "minilm",
          model,
          new ClassifyingKind(model, recipe),
          answering -> answering.texts().classify(List.of(new TextInput("fine")), line -> {}));
    }
    Path run = folder.resolve("run");
    try (OpenModel open = engine.open(run)) {
      time("minilm", open, i -> open.classify("fine"), i -> engine.open(run).close());
    }
  }
}
