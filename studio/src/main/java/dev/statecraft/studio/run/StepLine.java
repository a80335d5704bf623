package dev.statecraft.studio.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.training.StepMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/** An optimizer step as a line of {@code metrics.jsonl}. */
final class StepLine {
  private StepLine() {}

  /**
   * Reads a line of {@code metrics.jsonl}.
   *
   * @param source what to call it in messages
   * @throws InvalidInputException if it is none
   */
  static StepMetrics parse(String line, String source) {
    try {
      JsonNode node = new ObjectMapper().readTree(line);
      return new StepMetrics(
          node.required("step").longValue(),
          node.required("epoch").doubleValue(),
          node.required("loss").doubleValue(),
          node.required("lr").doubleValue(),
          node.required("grad_norm").doubleValue(),
          node.required("tokens").longValue(),
          node.required("tokens_per_second").doubleValue(),
          node.required("peak_bytes").longValue());
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new InvalidInputException(
          source + ": expected the metrics of a step, found something else", e);
    }
  }

  /** The line, without its end. */
  static String line(StepMetrics step) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("step", step.step());
    map.put("epoch", step.epoch());
    map.put("loss", step.loss());
    map.put("lr", step.learningRate());
    map.put("grad_norm", step.gradientNorm());
    map.put("tokens", step.tokens());
    map.put("tokens_per_second", step.tokensPerSecond());
    map.put("peak_bytes", step.peakBytes());
    return Json.line(map);
  }
}
