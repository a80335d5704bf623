package dev.statecraft.studio.engine;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What passes of one model took.
 *
 * @param method its edges; {@code base} without any
 * @param length tokens of a prompt
 * @param batch sequences of a pass over prompts
 * @param merged whether the edges are part of the weights. Such a model has the base's graph and
 *     sizes, so the figures are those of the base that was measured beside it
 * @param prefillTokensPerSecond of passes over prompts, at the median of their times
 * @param decodeTokensPerSecond of single tokens after one prompt; empty where a model writes none
 * @param firstTokenSeconds from one prompt to the scores of what follows, with a cache
 * @param parameterBytes of all parameters, as they are held
 * @param peakBytes the most bytes of tensors, those parameters among them
 * @param prefillOverhead the median of how much longer a pass took than the base's of the same turn
 * @param decodeOverhead the same of a single token
 */
public record InferenceRow(
    String method,
    int length,
    int batch,
    boolean merged,
    double prefillTokensPerSecond,
    OptionalDouble decodeTokensPerSecond,
    OptionalDouble firstTokenSeconds,
    long parameterBytes,
    long peakBytes,
    double prefillOverhead,
    OptionalDouble decodeOverhead) {
  /** What the model without edges is called. */
  public static final String BASE = "base";

  /** Whether it is the base, or has the base's graph. */
  public boolean isAsBase() {
    return merged || method.equals(BASE);
  }

  /** As {@code --json} shows it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", method);
    map.put("length", length);
    map.put("batch", batch);
    map.put("merged", merged);
    map.putAll(speeds());
    map.put("parameter_bytes", parameterBytes);
    map.put("peak_bytes", peakBytes);
    map.put("prefill_overhead", prefillOverhead);
    decodeOverhead.ifPresent(share -> map.put("decode_overhead", share));
    return map;
  }

  Map<String, Object> speeds() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("prefill_tokens_per_second", prefillTokensPerSecond);
    decodeTokensPerSecond.ifPresent(speed -> map.put("decode_tokens_per_second", speed));
    firstTokenSeconds.ifPresent(seconds -> map.put("first_token_seconds", seconds));
    return map;
  }

  /** The same model with the method's edges in its weights. */
  InferenceRow merged(String of) {
    return new InferenceRow(
        of,
        length,
        batch,
        true,
        prefillTokensPerSecond,
        decodeTokensPerSecond,
        firstTokenSeconds,
        parameterBytes,
        peakBytes,
        prefillOverhead,
        decodeOverhead);
  }
}
