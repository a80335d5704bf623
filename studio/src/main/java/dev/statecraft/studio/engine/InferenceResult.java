package dev.statecraft.studio.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What passes of models with edges and without took.
 *
 * @param rows for each length the base, then each method, and where its edges can be a part of the
 *     weights, the method merged; the base is measured anew beside every method, and its row has
 *     the figures of the first time
 * @param threads that computed
 * @param peakRssBytes the process's peak, on systems that tell; two models are open at a time
 */
public record InferenceResult(List<InferenceRow> rows, int threads, OptionalLong peakRssBytes) {
  public InferenceResult {
    rows = List.copyOf(rows);
  }

  /**
   * As {@code --json} shows it, after what was asked for. On top are the speeds of the method if
   * there is but one, else the base's, at the first length.
   */
  public Map<String, Object> toMap(InferenceRequest request) {
    Map<String, Object> map = new LinkedHashMap<>();
    InferenceRow top = top(request);
    map.put("method", top.method());
    map.put("device", request.compute().device().name().toLowerCase(Locale.ROOT));
    map.put("dtype", request.compute().dtype().label());
    map.put("quantize", request.compute().quantization().label());
    map.put("batch", top.batch());
    map.put("length", top.length());
    map.put("new_tokens", request.newTokens());
    map.putAll(top.speeds());
    map.put("threads", threads);
    peakRssBytes.ifPresent(bytes -> map.put("peak_rss_bytes", bytes));
    map.put("rows", rows.stream().map(InferenceRow::toMap).toList());
    return map;
  }

  private InferenceRow top(InferenceRequest request) {
    List<String> methods = List.copyOf(request.methods().keySet());
    return rows.stream()
        .filter(row -> methods.size() == 1 && row.method().equals(methods.get(0)) && !row.merged())
        .findFirst()
        .orElse(rows.get(0));
  }
}
