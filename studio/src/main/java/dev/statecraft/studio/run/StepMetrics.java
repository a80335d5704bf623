package dev.statecraft.studio.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an optimizer step was like: a line of {@code metrics.jsonl}.
 *
 * @param step counted from 1
 * @param epoch passes over the data so far, with fractions
 * @param loss mean over the step's labels, before the step
 * @param learningRate of the step
 * @param gradientNorm before clipping
 * @param tokens of the step
 * @param tokensPerSecond of the step
 * @param peakBytes the ledger's peak in the step
 */
public record StepMetrics(
    long step,
    double epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    long tokens,
    double tokensPerSecond,
    long peakBytes) {

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

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("step", step);
    map.put("epoch", epoch);
    map.put("loss", loss);
    map.put("lr", learningRate);
    map.put("grad_norm", gradientNorm);
    map.put("tokens", tokens);
    map.put("tokens_per_second", tokensPerSecond);
    map.put("peak_bytes", peakBytes);
    return map;
  }
}
