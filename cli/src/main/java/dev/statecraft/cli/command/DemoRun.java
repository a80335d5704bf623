package dev.statecraft.cli.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.MemoryUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One run of the demo, and beside its run directory a file that says what recipe it was asked for,
 * and, once it is finished, its evaluations: enough to compare it again without running it again.
 *
 * @param wanted its recipe, with the run directory as output
 */
record DemoRun(Recipe wanted) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String RECIPE = "recipe";
  private static final String EVALUATIONS = "evaluations";

  private Path marker() {
    return wanted.output().resolveSibling(wanted.output().getFileName() + ".json");
  }

  /**
   * Makes sure that no run of another recipe would be replaced.
   *
   * @throws RecipeException if one would
   */
  void requireSame() throws IOException {
    boolean other = RunDirectory.isAt(wanted.output()) && !isAsked();
    if (other && Files.exists(RunDirectory.open(wanted.output()).metrics())) {
      throw new RecipeException(
          wanted.output()
              + ": expected a run of this demo's recipe, found one of another; name another folder"
              + " with --output, or replace it with --force");
    }
  }

  private boolean isAsked() throws IOException {
    return Files.exists(marker()) && read(marker()).path(RECIPE).asText().equals(wanted.toYaml());
  }

  /** Whether it began, with this recipe, and did not come to its end. */
  boolean isInterrupted() throws IOException {
    return RunDirectory.isAt(wanted.output())
        && isAsked()
        && !RunDirectory.open(wanted.output()).isFinished();
  }

  /** Says that it begins. */
  void begins() throws IOException {
    Files.createDirectories(wanted.output().getParent());
    AtomicFile.write(marker(), Json.pretty(Map.of(RECIPE, wanted.toYaml())));
  }

  /** Says what came of it. */
  void finished(RunResult result) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put(RECIPE, wanted.toYaml());
    map.put(EVALUATIONS, result.evaluations().stream().map(Evaluation::toMap).toList());
    AtomicFile.write(marker(), Json.pretty(map));
  }

  /**
   * What came of it earlier; empty if it is not finished.
   *
   * @throws InvalidInputException if its files are not what a run writes
   */
  Optional<RunResult> kept() throws IOException {
    if (!RunDirectory.isAt(wanted.output()) || !isAsked()) {
      return Optional.empty();
    }
    RunDirectory run = RunDirectory.open(wanted.output());
    JsonNode evaluations = read(marker()).path(EVALUATIONS);
    if (!run.isFinished() || !evaluations.isArray()) {
      return Optional.empty();
    }
    List<Evaluation> all = new ArrayList<>();
    evaluations.forEach(evaluation -> all.add(evaluation(evaluation)));
    Summary summary = summary(run.summary());
    return Optional.of(new RunResult(run.recipe(), summary, run.stepsUntil(summary.steps()), all));
  }

  /** As the run wrote it. */
  JsonNode summary() throws IOException {
    return read(RunDirectory.open(wanted.output()).summary());
  }

  private static Summary summary(Path file) throws IOException {
    JsonNode node = read(file);
    Map<String, Long> categories = new LinkedHashMap<>();
    node.path("memory")
        .properties()
        .forEach(e -> categories.put(e.getKey(), e.getValue().asLong()));
    JsonNode head = node.path("head_learning_rate");
    return new Summary(
        Summary.Status.FINISHED,
        node.path("method").asText(),
        node.path("trainable_parameters").asLong(),
        node.path("steps").asLong(),
        node.path("seconds").asDouble(),
        node.path("tokens_per_second").asDouble(),
        optional(node.path("last_evaluation")),
        optional(node.path("best_evaluation")),
        node.path("store").asText(),
        new MemoryUse(node.path("measured_peak_bytes").asLong(), categories, 0),
        Optional.empty(),
        Optional.empty(),
        node.path("threads").asInt(),
        Map.of(),
        node.path("learning_rate").asDouble(),
        head.isNumber() ? Optional.of(head.doubleValue()) : Optional.empty(),
        node.path("model_dropout").asText());
  }

  private static Optional<Evaluation> optional(JsonNode node) {
    return node.isObject() ? Optional.of(evaluation(node)) : Optional.empty();
  }

  private static Evaluation evaluation(JsonNode node) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    node.properties()
        .forEach(
            entry ->
                metrics.put(
                    entry.getKey(),
                    entry.getValue().isNumber() ? entry.getValue().doubleValue() : Double.NaN));
    metrics.remove("step");
    metrics.remove("epoch");
    return new Evaluation(node.path("step").asLong(), node.path("epoch").asDouble(), metrics);
  }

  private static JsonNode read(Path file) throws IOException {
    try {
      return JSON.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(file + ": expected what the demo wrote, found other text", e);
    }
  }
}
