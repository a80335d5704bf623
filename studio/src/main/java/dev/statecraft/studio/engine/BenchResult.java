package dev.statecraft.studio.engine;

import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Profile;
import dev.statecraft.studio.recipe.Stores;
import dev.statecraft.training.GradientError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a measured training step took.
 *
 * @param store what was stored, in words
 * @param trainableParameters how many numbers were trained
 * @param weightBytes of the frozen weights
 * @param secondsPerStep median without the first step
 * @param tokens of a step
 * @param tokensPerSecond at that speed
 * @param threads that computed
 * @param peakRssBytes the process's peak, on systems that tell
 * @param usedDeviceBytes what a device with memory of its own had given by the end, to this process
 *     and others
 * @param measuredPeakBytes the most bytes of tensors in any step
 * @param predictedPeakBytes what the same step without memory came to
 * @param memory measured bytes by category
 * @param profile time by phase and op over all steps but the first, if asked for
 * @param gradientError of the gradients against exact states, where it was asked for
 */
public record BenchResult(
    String store,
    long trainableParameters,
    long weightBytes,
    double secondsPerStep,
    long tokens,
    double tokensPerSecond,
    int threads,
    OptionalLong peakRssBytes,
    OptionalLong usedDeviceBytes,
    long measuredPeakBytes,
    long predictedPeakBytes,
    Map<String, Long> memory,
    List<Profile.Row> profile,
    Optional<GradientError> gradientError) {

  /** As {@code --json} shows it, after what was asked for. */
  public Map<String, Object> toMap(BenchRequest request) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", request.method().name());
    map.put("store", request.store().map(StorePolicy::label).orElse(Stores.AUTO));
    map.put("stored", store);
    map.put("device", request.compute().device().name().toLowerCase(Locale.ROOT));
    map.put("states", request.compute().states().label());
    map.put("dtype", request.compute().dtype().label());
    map.put("quantize", request.compute().quantization().label());
    map.put("batch", request.batch());
    map.put("seq", request.sequence());
    request.lengths().ifPresent(range -> map.put("lengths", range.toString()));
    map.put("tokens", tokens);
    map.put("trainable_parameters", trainableParameters);
    map.put("weight_bytes", weightBytes);
    map.put("seconds_per_step", secondsPerStep);
    map.put("tokens_per_second", tokensPerSecond);
    map.put("threads", threads);
    peakRssBytes.ifPresent(bytes -> map.put("peak_rss_bytes", bytes));
    usedDeviceBytes.ifPresent(bytes -> map.put("used_device_bytes", bytes));
    map.put("measured_peak_bytes", measuredPeakBytes);
    map.put("predicted_peak_bytes", predictedPeakBytes);
    map.put("memory", memory);
    gradientError.ifPresent(error -> map.put("gradient_error", error.toMap()));
    if (!profile.isEmpty()) {
      map.put("profile", profile.stream().map(row -> profiled(row, request.steps() - 1)).toList());
    }
    return map;
  }

  private static Map<String, Object> profiled(Profile.Row row, int steps) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("phase", row.phase());
    map.put("op", row.op());
    map.put("seconds_per_step", row.seconds() / steps);
    map.put("product_seconds_per_step", row.productSeconds() / steps);
    map.put("calls_per_step", row.calls() / steps);
    return map;
  }
}
