package dev.statecraft.studio.study;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import dev.statecraft.base.TextFile;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a finished run of a study came to.
 *
 * @param metrics of its last evaluation
 * @param trainableParameters how many numbers were trained
 * @param seconds of training
 * @param tokensPerSecond over those seconds
 * @param peakBytes of tensors
 * @param losses the training loss of each optimizer step
 */
public record PointResult(
    Map<String, Double> metrics,
    long trainableParameters,
    double seconds,
    double tokensPerSecond,
    long peakBytes,
    List<Double> losses) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What an evaluation has besides metrics. */
  private static final List<String> PLACE = List.of("step", "epoch");

  public PointResult {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    losses = List.copyOf(losses);
  }

  /**
   * Reads it from the files of a finished run.
   *
   * @throws InvalidInputException if they are not what a run writes
   */
  static PointResult read(RunDirectory run) {
    try {
      JsonNode summary = JSON.readTree(TextFile.read(run.summary()));
      Map<String, Double> metrics = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : summary.path("last_evaluation").properties()) {
        if (!PLACE.contains(entry.getKey())) {
          metrics.put(entry.getKey(), number(entry.getValue()));
        }
      }
      return new PointResult(
          metrics,
          summary.path("trainable_parameters").asLong(),
          summary.path("seconds").asDouble(),
          summary.path("tokens_per_second").asDouble(),
          summary.path("measured_peak_bytes").asLong(),
          losses(run));
    } catch (IOException e) {
      throw new InvalidInputException(
          run.summary()
              + ": expected the summary of a run, found "
              + (e instanceof JsonProcessingException json
                  ? JsonProblem.of(json)
                  : "a file that cannot be read: " + e.getMessage()),
          e);
    }
  }

  /** Numbers that are not finite are written as null. */
  private static double number(JsonNode value) {
    return value.isNumber() ? value.doubleValue() : Double.NaN;
  }

  private static List<Double> losses(RunDirectory run) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (String line : TextFile.lines(run.metrics())) {
      losses.add(number(JSON.readTree(line).path("loss")));
    }
    return losses;
  }
}
