package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.DataAccount;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a text classifier's run makes of its data and of the head that its model has. */
class TextDataTest {
  private static final String RECIPE =
      """
      model: model
      method: {name: lora, rank: 2}
      data: {train: d.csv, validation: d.csv}
      task: classification
      train: {epochs: 1, batch_size: 8, learning_rate: 0.01}
      """;

  private final ModelEngine engine = new ModelEngine();
  @TempDir private Path folder;

  private Recipe recipe(String... settings) {
    return Recipe.parse(RECIPE, "the test's recipe", "run", List.of(settings), folder);
  }

  private Path csv(int rows, String... labels) throws IOException {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder("text,label\n");
    for (int i = 0; i < rows; i++) {
      StringJoiner words = new StringJoiner(" ");
      random.ints(3 + random.nextInt(8), 4, LabelledBert.WORDS).forEach(id -> words.add("w" + id));
      text.append(words).append(',').append(labels[i % labels.length]).append('\n');
    }
    return Files.writeString(folder.resolve("d.csv"), text);
  }

  private SeenRun train(Recipe recipe) throws IOException {
    SeenRun seen = new SeenRun();
    engine.train(recipe, RunDirectory.create(recipe, RunDirectory.Existing.REPLACE), seen);
    return seen;
  }

  private List<String> labels() {
    Recipe trained = RunDirectory.open(folder.resolve("runs/run")).recipe();
    return ((TaskRecipe.Classification) trained.task()).labels().orElseThrow();
  }

  private Map<String, Double> untuned(List<String> notes, String... settings) throws IOException {
    Recipe recipe = recipe(settings);
    TunedModel model = new TunedModel(recipe.model(), Optional.empty(), recipe.quantize());
    return engine.evaluate(recipe, model, notes::add).metrics();
  }

  @Test
  void theHeadsClassesAreMatchedByName() throws IOException {
    csv(48, "negative", "positive", "positive");
    List<String> notes = new ArrayList<>();
    LabelledBert.write(folder.resolve("model"), List.of("negative", "positive"));
    double accuracy = untuned(notes).get("accuracy");
    assertThat(accuracy).isNotCloseTo(0.5, within(0.05));
    // The same scores with the names the other way round.
    LabelledBert.write(folder.resolve("model"), List.of("POSITIVE", "NEGATIVE"));
    assertThat(untuned(notes).get("accuracy")).isCloseTo(1 - accuracy, within(1e-9));
    assertThat(untuned(notes, "task.labels=[negative, positive]").get("accuracy"))
        .isCloseTo(1 - accuracy, within(1e-9));
    assertThat(notes)
        .contains(
            "the model's head is kept, its classes are those of its config.json: [positive,"
                + " negative]");
    // A run begins with that head, writes its order down and is evaluated as it ended.
    double loss = untuned(notes).get("loss");
    SeenRun run = train(recipe());
    assertThat(run.first("loss")).isLessThan(loss + 0.2);
    assertThat(labels()).containsExactly("positive", "negative");
    Recipe trained = RunDirectory.open(folder.resolve("runs/run")).recipe();
    TunedModel tuned =
        new TunedModel(
            trained.model(), Optional.of(trained.output().resolve("adapter")), trained.quantize());
    assertThat(engine.evaluate(trained, tuned, line -> {}).metrics().get("loss"))
        .isCloseTo(run.last("loss"), within(1e-5));
  }

  @Test
  void aHeadOfOtherLabelsIsNew() throws IOException {
    csv(24, "no", "yes");
    LabelledBert.write(folder.resolve("model"), List.of("positive", "negative"));
    SeenRun seen = train(recipe());
    assertThat(labels()).containsExactly("no", "yes");
    assertThat(seen.notes())
        .contains(
            "the head is new: the data has the labels [no, yes], the model's is for other labels,"
                + " [positive, negative]");
    // Its scores are near zero where the old head's are not.
    List<String> notes = new ArrayList<>();
    assertThat(untuned(notes).get("loss")).isCloseTo(Math.log(2), within(0.02));
    csv(24, "negative", "positive");
    assertThat(untuned(notes).get("loss")).isNotCloseTo(Math.log(2), within(0.05));
  }

  @Test
  void whatWasReadIsTold() throws IOException {
    csv(40, "a", "b", "a");
    LabelledBert.write(folder.resolve("model"), List.of("LABEL_0", "LABEL_1"));
    SeenRun seen = train(recipe("data.max_length=8", "data.validation={split: 0.25}"));
    DataAccount training = seen.data().get("training");
    DataAccount evaluation = seen.data().get("evaluation");
    assertThat(training.examples() + evaluation.examples()).isEqualTo(40);
    assertThat(training.classes().get("a") + evaluation.classes().get("a")).isEqualTo(27);
    // Texts of 3 to 10 words and two special tokens.
    assertThat(training.lengths().orElseThrow().longest()).isEqualTo(12);
    assertThat(training.lengths().orElseThrow().truncated()).isBetween(10, 25);
    assertThat(seen.notes())
        .anyMatch(
            note ->
                note.matches(
                    "training data: 30 examples; 2 classes: a \\d+, b \\d+; tokens: median \\d+,"
                        + " 95 % up to 12, longest 12; \\d+ truncated to 8"));
    assertThat(seen.notes())
        .anyMatch(note -> note.matches("evaluation data: 10 examples; .*; held out of data.train"));
    List<String> notes = new ArrayList<>();
    untuned(notes, "data.max_length=8");
    assertThat(notes)
        .anyMatch(note -> note.matches("evaluation data: 40 examples; .* truncated to 8"));
  }

  @Test
  void aClassOfOneStaysInTraining() throws IOException {
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    for (int seed = 0; seed < 12; seed++) {
      csv(20, "a", "b");
      Files.writeString(
          folder.resolve("d.csv"), Files.readString(folder.resolve("d.csv")) + "w5 w6,c\n");
      SeenRun seen =
          train(recipe("data.validation={split: 0.5}", "train.seed=" + seed, "train.max_steps=1"));
      assertThat(labels()).containsExactly("a", "b", "c");
      assertThat(seen.data().get("training").classes()).containsEntry("c", 1);
      assertThat(seen.data().get("evaluation").classes()).containsEntry("c", 0);
      assertThat(seen.data().get("evaluation").examples()).isEqualTo(11);
      assertThat(seen.notes())
          .contains("training data: labels with one example to learn from: 'c'");
    }
  }

  @Test
  void tokensThatTheModelLacksAreToldBeforeAnyStep() throws IOException {
    csv(9, "a", "b");
    Files.writeString(
        folder.resolve("d.csv"), Files.readString(folder.resolve("d.csv")) + "w4 w60 w5,a\n");
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    String message =
        "d.csv row 10 (line 11): expected token ids from 0 to below 60 (vocab_size of"
            + " config.json), found 60: the tokenizer is not this model's";
    assertThatThrownBy(() -> train(recipe()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(message);
    assertThatThrownBy(() -> untuned(new ArrayList<>()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(message);
  }

  @Test
  void labelsAreMissingWhereTheyAreEmpty() throws IOException {
    csv(8, "a", "b");
    Files.writeString(
        folder.resolve("d.csv"), Files.readString(folder.resolve("d.csv")) + "w4 w9, \n");
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    assertThatThrownBy(() -> train(recipe()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageEndingWith(
            "d.csv row 9 (line 10): column 'label': expected a label, found nothing");
  }

  @Test
  void textsToClassifyThatAreTooLongAreTold() throws IOException {
    csv(24, "a", "b");
    LabelledBert.write(folder.resolve("model"), List.of("a", "b"));
    train(recipe("data.max_length=8"));
    Recipe trained = RunDirectory.open(folder.resolve("runs/run")).recipe();
    TunedModel tuned =
        new TunedModel(
            trained.model(), Optional.of(trained.output().resolve("adapter")), trained.quantize());
    List<String> notes = new ArrayList<>();
    List<TextInput> texts =
        List.of(
            new TextInput("w4 w5 w6 w7 w8 w9 w10 w11", Optional.empty()),
            new TextInput("w4 w5 w6 w7 w8 w9", Optional.empty()));
    List<Classification> results = engine.classify(trained, tuned, texts, notes::add);
    assertThat(results.get(0).probabilities().get("a"))
        .isCloseTo(results.get(1).probabilities().get("a"), within(1e-5));
    assertThat(notes).containsExactly("1 of 2 texts truncated to 8 tokens");
    assertThatThrownBy(
            () -> engine.classify(trained, tuned, List.of(new TextInput("w61", Optional.empty()))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("the text 'w61': expected token ids from 0 to below 60");
  }
}
