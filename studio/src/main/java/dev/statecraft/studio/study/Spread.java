package dev.statecraft.studio.study;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Values over seeds.
 *
 * @param values in the order of the seeds
 * @param mean of them; NaN if there is none
 * @param deviation the sample's standard deviation (of n - 1); 0 of one value
 */
public record Spread(List<Double> values, double mean, double deviation) {
  public Spread {
    values = List.copyOf(values);
  }

  static Spread of(double... values) {
    double mean = DoubleStream.of(values).average().orElse(Double.NaN);
    double squares = DoubleStream.of(values).map(v -> (v - mean) * (v - mean)).sum();
    return new Spread(
        DoubleStream.of(values).boxed().toList(),
        mean,
        values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0);
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mean", mean);
    map.put("standard_deviation", deviation);
    map.put("values", values);
    return map;
  }
}
