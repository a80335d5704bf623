package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.studio.provenance.HashedFile;
import dev.statecraft.studio.provenance.Origin;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.testkit.RealData;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.TrainOutcome;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vision transformers tuned on images, from recipe to labels. */
class ImageTrainingTest {
  private final ModelEngine engine = new ModelEngine();
  @TempDir private Path folder;

  private static final String PHOTOS =
      """
      model: model
      method: {name: control, rank: 4}
      data: {train: photos, validation: {split: 0.25}}
      task: image-classification
      train: {epochs: 4, batch_size: 8, learning_rate: 0.01}
      """;

  /** Noisy pictures of two colours, each of another size. */
  private void photos() throws IOException {
    Random random = new Random(1);
    for (int i = 0; i < 48; i++) {
      BufferedImage image = new BufferedImage(18 + i % 5, 14 + i % 3, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          int strong = 160 + random.nextInt(96);
          int weak = random.nextInt(96);
          image.setRGB(x, y, i % 2 == 0 ? strong << 16 | weak : weak << 16 | strong);
        }
      }
      Path file = folder.resolve("photos/" + (i % 2 == 0 ? "red" : "blue") + "/" + i + ".png");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
  }

  private Recipe recipe(String yaml, String... settings) {
    return Recipe.parse(yaml, "the test's recipe", "run", List.of(settings), folder);
  }

  private SeenRun train(Recipe recipe) throws IOException {
    SeenRun seen = new SeenRun();
    RunDirectory run = RunDirectory.create(recipe, RunDirectory.Existing.REPLACE);
    TrainOutcome outcome = engine.train(recipe, run, seen);
    assertThat(outcome.predicted().orElseThrow().peak()).isEqualTo(outcome.memory());
    return seen;
  }

  private static TunedModel tuned(Recipe recipe) {
    return new TunedModel(
        recipe.model(), Optional.of(recipe.output().resolve("adapter")), recipe.quantize());
  }

  @Test
  void aRunLearnsIsEvaluatedAgainAndLabelsImages() throws IOException {
    photos();
    SmallVit.write(folder.resolve("model"), 16, 4, 3, List.of("a", "b", "c"));
    SeenRun seen = train(recipe(PHOTOS));
    assertThat(seen.last("accuracy")).isEqualTo(1);
    assertThat(seen.last("loss")).isLessThan(seen.first("loss") / 2);
    Recipe trained = RunDirectory.open(folder.resolve("runs/run")).recipe();
    assertThat(((TaskRecipe.ImageClassification) trained.task()).labels())
        .contains(List.of("blue", "red"));
    Evaluation again = engine.evaluate(trained, tuned(trained), line -> {});
    assertThat(again.metrics().get("loss")).isCloseTo(seen.last("loss"), within(1e-5));
    List<Classification> results =
        engine.classifyImages(
            trained,
            tuned(trained),
            List.of(folder.resolve("photos/red/0.png"), folder.resolve("photos/blue/1.png")));
    assertThat(results).extracting(Classification::label).containsExactly("red", "blue");
    assertThat(results.get(0).probabilities().get("red")).isBetween(0.6, 1.0);
  }

  @Test
  void augmentedRunsRepeat() throws IOException {
    photos();
    SmallVit.write(folder.resolve("model"), 16, 4, 3, List.of("a", "b"));
    List<Double> plain = train(recipe(PHOTOS)).losses();
    String[] augmented = {"data.augment.flip=true", "data.augment.crop_padding=3"};
    List<Double> first = train(recipe(PHOTOS, augmented)).losses();
    assertThat(first).isNotEqualTo(plain);
    assertThat(train(recipe(PHOTOS, augmented)).losses()).isEqualTo(first);
  }

  @Test
  void theModelsOwnLabelsAreKeptInItsOrder() throws IOException {
    photos();
    SmallVit.write(folder.resolve("model"), 16, 4, 3, List.of("red", "green", "blue"));
    SeenRun seen = train(recipe(PHOTOS));
    Recipe trained = RunDirectory.open(folder.resolve("runs/run")).recipe();
    assertThat(((TaskRecipe.ImageClassification) trained.task()).labels())
        .contains(List.of("red", "green", "blue"));
    assertThat(seen.notes())
        .contains(
            "the model's head is kept, its classes are those of its config.json: [red, green,"
                + " blue], of which the data has 2: [blue, red]");
    // Without a run, too: the model as it is can be scored.
    Evaluation untuned =
        engine.evaluate(
            recipe(PHOTOS),
            new TunedModel(trained.model(), Optional.empty(), trained.quantize()),
            line -> {});
    assertThat(untuned.metrics().get("loss")).isCloseTo(seen.first("loss"), within(1e-5));
  }

  @Test
  void aBudgetDecidesTheMicroBatch() throws IOException {
    photos();
    SmallVit.write(folder.resolve("model"), 16, 4, 3, List.of("a", "b"));
    SeenRun seen = train(recipe(PHOTOS, "memory.budget=1500KiB", "train.micro_batch=auto"));
    assertThat(seen.notes()).anyMatch(note -> note.startsWith("micro-batches of up to "));
    assertThat(seen.losses().get(0)).isCloseTo(train(recipe(PHOTOS)).losses().get(0), within(1e-4));
  }

  @Test
  void aDamagedImageEndsTheRunWithItsName() throws IOException {
    photos();
    SmallVit.write(folder.resolve("model"), 16, 4, 3, List.of("a", "b"));
    Path damaged = folder.resolve("photos/red/6.png");
    Files.writeString(damaged, "no picture");
    Recipe recipe = recipe(PHOTOS, "data.validation=none");
    assertThatThrownBy(() -> train(recipe))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(" of 48 images cannot be read: " + damaged + ": expected a PNG, ");
    SeenRun seen = train(recipe(PHOTOS, "data.validation=none", "data.on_error=skip"));
    assertThat(seen.notes())
        .anyMatch(note -> note.contains("images cannot be read and are left out: " + damaged));
  }

  @Test
  void theOriginOfARunHasItsImages() throws IOException {
    photos();
    SmallVit.write(folder.resolve("model"), 16, 4, 3, List.of("a", "b"));
    HashedFile images = images(engine.origin(recipe(PHOTOS)));
    assertThat(images.bytes()).isGreaterThan(48 * 100);
    assertThat(images(engine.origin(recipe(PHOTOS)))).isEqualTo(images);
    Path photo = folder.resolve("photos/red/0.png");
    Path moved = folder.resolve("photos/blue/0.png");
    Files.move(photo, moved);
    assertThat(images(engine.origin(recipe(PHOTOS)))).isNotEqualTo(images);
    Files.move(moved, photo);
    Files.write(photo, new byte[] {1}, StandardOpenOption.APPEND);
    assertThat(images(engine.origin(recipe(PHOTOS)))).isNotEqualTo(images);
  }

  private HashedFile images(Origin origin) {
    return origin.inputs().stream()
        .filter(file -> file.name().equals(folder.resolve("photos").toString()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aTextEncoderIsNoImageClassifier() throws IOException {
    photos();
    Recipe recipe = recipe(PHOTOS, "model=builtin:minilm");
    assertThatThrownBy(() -> train(recipe))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("expected an image classifier (vit), found bert");
  }

  private static final String DIGITS =
      """
      model: model
      data:
        train: %s
        columns: {pixels: p, pixel_max: 16, label: label}
        validation: {split: 0.2}
      task: image-classification
      train: {epochs: 12, batch_size: 32, eval_every: 100000}
      """;

  /** Chance is 0.1; the probe learns on random features what it can. */
  @Tag("real-data")
  @ParameterizedTest
  @CsvSource({"probe, 0.45", "lora, 0.8", "control, 0.75", "full, 0.8"})
  void everyMethodLearnsDigits(String method, double accuracy) throws IOException {
    SmallVit.write(folder.resolve("model"), 8, 2, 1, List.of("a", "b"));
    Recipe recipe =
        recipe(
            DIGITS.formatted(RealData.file("data/images/digits/digits.csv")),
            "method=" + method,
            "train.learning_rate=" + (method.equals("full") ? "0.002" : "0.01"));
    SeenRun seen = train(recipe);
    assertThat(seen.first("accuracy")).isLessThan(0.3);
    assertThat(seen.last("accuracy")).isGreaterThan(accuracy);
    assertThat(seen.last("macro_f1")).isGreaterThan(accuracy);
    assertThat(seen.last("loss")).isLessThan(seen.first("loss") * 0.75);
    Recipe trained = RunDirectory.open(recipe.output()).recipe();
    Evaluation again = engine.evaluate(trained, tuned(trained), line -> {});
    assertThat(again.metrics().get("loss")).isCloseTo(seen.last("loss"), within(1e-5));
  }

  @Tag("real-data")
  @ParameterizedTest
  @ValueSource(strings = {"lora", "control"})
  void clothesOfFashionMnistAreToldApart(String method) throws IOException {
    SmallVit.write(folder.resolve("model"), 28, 7, 3, List.of("a", "b"));
    Path data = RealData.file("data/images/fashion-mnist");
    Recipe recipe =
        recipe(
            """
            model: model
            data:
              train: %s/train2000-images-idx3-ubyte.gz
              validation: %s/test1000-images-idx3-ubyte.gz
              augment: {flip: true, crop_padding: 1}
            task: image-classification
            train: {epochs: 10, batch_size: 32, learning_rate: 0.01, head_learning_rate: 0.01,
                    eval_every: 100000}
            """
                .formatted(data, data),
            "method=" + method);
    SeenRun seen = train(recipe);
    assertThat(seen.last("accuracy")).isGreaterThan(0.55);
    assertThat(seen.last("loss")).isLessThan(seen.first("loss") / 2);
    // PNG files of the first test images, CLASS_INDEX.png.
    List<Path> files = listed(data.resolve("png"));
    Recipe trained = RunDirectory.open(recipe.output()).recipe();
    List<Classification> results = engine.classifyImages(trained, tuned(trained), files);
    long right =
        IntStream.range(0, files.size())
            .filter(i -> files.get(i).getFileName().toString().startsWith(results.get(i).label()))
            .count();
    assertThat(right).isGreaterThan(files.size() / 2);
  }

  private static List<Path> listed(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
