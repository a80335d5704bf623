package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviceBudget;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.advise.AdvisedEdge;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeBuilder;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.BudgetException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Advice on models of a moment: what is measured, what it takes, what is chosen. */
class AdvisingTest {
  private static final String ROWS =
      "w5 w6 w7,joy\nw8 w9,gloom\nw5 w10 w11 w12,joy\nw9 w8 w7,gloom\n";

  @TempDir private Path folder;
  private final List<String> notes = new ArrayList<>();

  private RecipeBuilder classification(String labels) throws IOException {
    LabelledBert.write(folder.resolve("bert"), List.of(labels.split(" ")));
    Path data = Files.writeString(folder.resolve("rows.csv"), "text,label\n" + ROWS);
    return Recipe.builder("./bert")
        .set("method", Map.of("name", "control", "rank", 2))
        .train(data)
        .task(TaskRecipe.CLASSIFICATION)
        .set("data.validation", "none")
        .set("train.batch_size", 2)
        .output(folder.resolve("run"));
  }

  private RecipeBuilder causal() throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("model")));
    Path data =
        Files.writeString(
            folder.resolve("rows.jsonl"),
            """
            {"instruction": "w5 w9", "output": "w6 w7"}
            {"instruction": "w8", "output": "w6"}
            {"instruction": "w11 w12 w13 w14 w15 w16", "output": "w7 w6 w5"}
            """);
    return Recipe.builder("./model")
        .set("method", Map.of("name", "control", "rank", 2))
        .train(data)
        .task("causal-lm")
        .set("data.validation", "none")
        .set("train.batch_size", 2)
        .output(folder.resolve("run"));
  }

  private Advice advise(
      RecipeBuilder recipe, AdviceScore score, AdviceBudget budget, String... places)
      throws IOException {
    return advise(recipe, score, Optional.of(budget), false, places);
  }

  private Advice advise(
      RecipeBuilder recipe,
      AdviceScore score,
      Optional<AdviceBudget> budget,
      boolean dry,
      String... places)
      throws IOException {
    return new ModelEngine()
        .advise(
            new AdviseRequest(
                recipe.build(folder), List.of(places), budget, score, "low-rank", 64, 5, dry),
            notes::add);
  }

  private static AdviceBudget edges(int count) {
    return new AdviceBudget.Edges(count);
  }

  @ParameterizedTest
  @EnumSource(AdviceScore.class)
  void ranksByTheScoreAndTakesAsManyAsAreAskedFor(AdviceScore score) throws IOException {
    Advice advice = advise(classification("joy gloom"), score, edges(3));
    assertThat(advice.edges()).hasSize(6);
    assertThat(advice.chosen()).isEqualTo(advice.edges().subList(0, 3));
    if (score != AdviceScore.UNIFORM) {
      assertThat(advice.edges())
          .isSortedAccordingTo(Comparator.comparing((AdvisedEdge edge) -> -score.of(edge)));
    }
    assertThat(advice.measured()).isTrue();
    assertThat(looked(advice).outputs()).containsExactly("joy", "gloom");
    assertThat(advice.edges().stream().mapToDouble(AdvisedEdge::controllability).sum())
        .isCloseTo(1, within(1e-9));
    assertThat(advice.edges())
        .allSatisfy(
            edge -> {
              assertThat(edge.controllability()).isPositive();
              assertThat(edge.smallestEigenvalue()).isPositive();
              assertThat(edge.gain()).isBetween(0.0, 1 + 1e-9);
              assertThat(edge.gradient()).isPositive();
              assertThat(edge.parameters()).isEqualTo(2 * 2 * 16);
            });
  }

  @Test
  void spreadEdgesAreOfAllLayers() throws IOException {
    Advice advice =
        advise(classification("joy gloom"), AdviceScore.UNIFORM, edges(2), "attn", "mlp", "mlp");
    assertThat(advice.edges()).hasSize(4);
    assertThat(advice.chosen()).extracting(AdvisedEdge::layer).containsExactlyInAnyOrder(0, 1);
  }

  /** The most that was there is the most that the same passes take without memory. */
  @ParameterizedTest
  @CsvSource({
    "float32, none, all",
    "float32, none, inputs",
    "bfloat16, none, cheap",
    "float32, int8, cheap"
  })
  void predictedBytesAreMeasuredBytes(String dtype, String quantize, String store)
      throws IOException {
    for (RecipeBuilder recipe : List.of(classification("gloom joy"), causal())) {
      Advice advice =
          advise(
              recipe.set("train.dtype", dtype).set("quantize", quantize).set("train.store", store),
              AdviceScore.GRADIENT,
              edges(1));
      assertThat(looked(advice).bytes()).isEqualTo(advice.sizes().advising());
    }
  }

  /** Three labels, and a checkpoint with two: its head is not that of the task. */
  @Test
  void aFreshHeadIsLearnedFirst() throws IOException {
    RecipeBuilder recipe = classification("up down");
    Advice advice = advise(recipe, AdviceScore.GRADIENT, edges(1));
    assertThat(looked(advice).headSteps()).isEqualTo(5);
    assertThat(notes).contains("the head is new: it is learned alone for 5 steps first");
    assertThat(looked(advice).bytes()).isEqualTo(advice.sizes().advising());
    assertThat(
            looked(advise(classification("joy gloom"), AdviceScore.GRADIENT, edges(1))).headSteps())
        .isZero();
  }

  @Test
  void aLanguageModelIsAskedForTheTokensThatLabelsName() throws IOException {
    Advice advice =
        advise(causal().set("train.batch_size", 3), AdviceScore.CONTROLLABILITY, edges(2));
    // The end of a text, and what is in all answers.
    assertThat(looked(advice).outputs()).containsExactly("</s>", "w6");
    assertThat(advice.edges()).hasSize(6);
  }

  /** From one label token to more than are asked for, in batches with room for all outputs. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 12})
  void anyNumberOfLabelTokensIsAskedFor(int labels) throws IOException {
    RecipeBuilder recipe = causal();
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < 24; i++) {
      rows.append("{\"instruction\": \"w4\", \"output\": \"w%d\"}%n".formatted(20 + i % labels));
    }
    Files.writeString(folder.resolve("rows.jsonl"), rows);
    Advice advice =
        advise(recipe.set("train.batch_size", 24), AdviceScore.CONTROLLABILITY, edges(1));
    assertThat(looked(advice).outputs()).hasSize(Math.min(8, labels + 1));
    assertThat(looked(advice).outputExamples()).isEqualTo(12);
    assertThat(looked(advice).bytes()).isEqualTo(advice.sizes().advising());
  }

  /** One short text must not be all that outputs are asked of. */
  @Test
  void smallMicroBatchesAskForFewerOutputsOfManyExamples() throws IOException {
    LabelledBert.write(folder.resolve("bert"), List.of("joy", "gloom"));
    StringBuilder rows = new StringBuilder("text,label\nw5,joy\n");
    for (int i = 0; i < 20; i++) {
      rows.append("w5 w6 w7 w8 w9 w10 w11,").append(i % 2 == 0 ? "joy" : "gloom").append('\n');
    }
    RecipeBuilder recipe =
        classification("joy gloom").set("train.micro_batch", Map.of("examples", 1));
    Files.writeString(folder.resolve("rows.csv"), rows);
    Advice advice = advise(recipe, AdviceScore.GAIN, edges(1));
    assertThat(looked(advice).outputs()).hasSize(1);
    assertThat(looked(advice).outputExamples()).isEqualTo(10);
  }

  @Test
  void rankAlphaDropoutAndLayersAreThoseOfTheRecipesMethod() throws IOException {
    RecipeBuilder recipe =
        classification("joy gloom")
            .set(
                "method",
                Map.of("name", "control", "rank", 3, "alpha", 0.01, "dropout", 0.3, "layers", "1"));
    Advice advice = advise(recipe, AdviceScore.GRADIENT, edges(9));
    assertThat(advice.edges()).extracting(AdvisedEdge::layer).containsOnly(1);
    assertThat(advice.recipe())
        .contains("rank: 3", "alpha: 0.01", "dropout: 0.3")
        .doesNotContain("to: layers.0.");
    assertThat(notes)
        .contains("all 3 edges are chosen")
        .anySatisfy(
            note -> assertThat(note).startsWith("of the recipe's method edges do not have: "));
  }

  /** A budget for one edge is enough, though it is not for all. */
  @Test
  void aRecipesBudgetNeedNotBeEnoughForAllEdges() throws IOException {
    RecipeBuilder recipe =
        classification("joy gloom")
            .set("train.store", "inputs")
            .set("method", Map.of("name", "control", "rank", 64));
    long bytes = advise(recipe, AdviceScore.LAST, edges(6)).sizes().training();
    Advice advice =
        advise(
            recipe.set("memory", Map.of("budget", (bytes - 1) + "B")), AdviceScore.LAST, edges(1));
    assertThat(advice.sizes().training()).isLessThan(bytes);
    assertThatThrownBy(
            () ->
                advise(recipe.set("memory", Map.of("budget", "9KiB")), AdviceScore.LAST, edges(1)))
        .isInstanceOf(BudgetException.class);
  }

  @Test
  void aNumberIsOneOutput() throws IOException {
    LabelledBert.write(folder.resolve("bert"), List.of("joy"));
    Path data =
        Files.writeString(folder.resolve("n.csv"), "text,label\nw5 w6,1.5\nw8 w9 w10,0.5\n");
    RecipeBuilder recipe =
        Recipe.builder("./bert")
            .set("method", "control")
            .train(data)
            .task("regression")
            .set("data.validation", "none");
    Advice advice = advise(recipe, AdviceScore.CONTROLLABILITY, edges(2));
    assertThat(looked(advice).bytes()).isEqualTo(advice.sizes().advising());
    assertThat(looked(advice).outputs()).hasSize(1);
    assertThat(advice.edges()).allSatisfy(edge -> assertThat(edge.gain()).isPositive());
  }

  @Test
  void picturesAreAdvisedToo() throws IOException {
    SmallVit.write(folder.resolve("vit"), 16, 8, 3, List.of("dark", "light"));
    for (String label : List.of("dark", "light")) {
      BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
      picture.setRGB(3, 3, label.hashCode());
      Path file = folder.resolve("pictures/" + label + "/one.png");
      Files.createDirectories(file.getParent());
      ImageIO.write(picture, "png", file.toFile());
    }
    RecipeBuilder recipe =
        Recipe.builder("./vit")
            .set("method", "control")
            .train(folder.resolve("pictures"))
            .task("image-classification")
            .set("data.validation", "none")
            .set("train.batch_size", 2);
    Advice advice = advise(recipe, AdviceScore.GRADIENT, edges(2));
    assertThat(advice.chosen()).hasSize(2);
    assertThat(looked(advice).bytes()).isEqualTo(advice.sizes().advising());
  }

  @Test
  void aBudgetOfBytesIsThatOfATrainingStep() throws IOException {
    Advice two = advise(classification("joy gloom"), AdviceScore.LAST, edges(2));
    long bytes = two.sizes().training();
    Advice within =
        advise(classification("joy gloom"), AdviceScore.LAST, new AdviceBudget.Bytes(bytes));
    assertThat(within.sizes().training()).isLessThanOrEqualTo(bytes);
    assertThat(within.chosen().size()).isGreaterThanOrEqualTo(2);
    assertThatThrownBy(
            () ->
                advise(
                    classification("joy gloom"),
                    AdviceScore.GRADIENT,
                    new AdviceBudget.Bytes(1000)))
        .isInstanceOf(UsageException.class)
        .hasMessageMatching(
            "budget: expected at least the .* of a training step of one edge, found 1000 B");
  }

  @Test
  void aBudgetOfParametersIsThatOfTheEdges() throws IOException {
    AdviceBudget budget = new AdviceBudget.Parameters(150);
    assertThat(advise(classification("joy gloom"), AdviceScore.GAIN, budget).chosen()).hasSize(2);
    assertThatThrownBy(
            () ->
                advise(
                    classification("joy gloom"), AdviceScore.GAIN, new AdviceBudget.Parameters(63)))
        .isInstanceOf(UsageException.class)
        .hasMessage("parameters: expected at least the 64 of one edge, found 63");
  }

  /** The recipe of an advice tunes what was chosen, in the bytes that were predicted. */
  @Test
  void theRecipeTrainsTheChosenEdges() throws IOException {
    Advice advice =
        advise(
            classification("joy gloom").set("train.batch_size", 4), AdviceScore.GRADIENT, edges(2));
    Recipe advised = Recipe.parse(advice.recipe(), "advice", "run", List.of(), folder);
    assertThat(advised.output()).isEqualTo(folder.resolve("run-advised"));
    assertThat(advised.train().learningRate()).isEqualTo(1e-3);
    new SmallRuns(new ModelEngine(), folder).train(advised);
    String summary = Files.readString(folder.resolve("run-advised/summary.json"));
    assertThat(summary).contains("\"trainable_parameters\" : " + (2 * 64 + 2 * 16 + 2));
    assertThat(summary).contains("\"measured_peak_bytes\" : " + advice.sizes().training());
  }

  @Test
  void linearsAreCandidatesWhereTheyAreAskedFor() throws IOException {
    Advice advice = advise(causal(), AdviceScore.GRADIENT, edges(2), "q_proj", "down_proj");
    assertThat(advice.edges())
        .extracting(AdvisedEdge::place)
        .containsOnly("q_proj", "down_proj")
        .hasSize(4);
    assertThatThrownBy(() -> advise(causal(), AdviceScore.GRADIENT, edges(2), "query"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("places: expected some of [attn, mlp, block, down_proj")
        .hasMessageEndingWith("found 'query'");
  }

  /** Sizes are those that a measured advice has, as far as no data decide. */
  @Test
  void aDryAdviceReadsConfigurationsAlone() throws IOException {
    RecipeBuilder recipe = causal();
    Files.delete(folder.resolve("model/model.safetensors"));
    Files.delete(folder.resolve("rows.jsonl"));
    Advice advice =
        advise(
            recipe.set("data.max_length", 16), AdviceScore.GRADIENT, Optional.of(edges(2)), true);
    assertThat(advice.measured()).isFalse();
    assertThat(advice.score()).isEqualTo(AdviceScore.UNIFORM);
    assertThat(advice.look()).isEmpty();
    assertThat(advice.sizes().advising()).isPositive();
    assertThat(advice.chosen()).hasSize(2);
    assertThat(advice.edges()).allSatisfy(edge -> assertThat(edge.bytes()).isPositive());
  }

  @Test
  void whatEdgesOfEachFunctionTakeIsTold() throws IOException {
    Advice advice =
        advise(classification("joy gloom"), AdviceScore.GRADIENT, Optional.empty(), false);
    assertThat(advice.chosen()).hasSize(1);
    assertThat(advice.functions()).containsKeys("low-rank", "bottleneck", "gated", "routed");
    assertThat(advice.functions().get("low-rank").bytes()).isEqualTo(advice.edges().get(0).bytes());
  }

  private static Advice.Look looked(Advice advice) {
    return advice.look().orElseThrow();
  }
}
