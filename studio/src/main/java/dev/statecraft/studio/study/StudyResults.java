package dev.statecraft.studio.study;

import dev.statecraft.studio.recipe.Differences;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.CsvText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The results of a study so far.
 *
 * @param metric decides which setting is the best
 * @param outcomes of all points, in their order
 */
public record StudyResults(Metric metric, List<Outcome> outcomes) {
  public StudyResults {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * What became of a point: a result, an error, or neither while it waits.
   *
   * @param point the point
   * @param result of a finished run
   * @param error why there is none
   */
  public record Outcome(StudyPoint point, Optional<PointResult> result, Optional<String> error) {

    /** In a word. */
    public String status() {
      return result.isPresent() ? "finished" : error.isPresent() ? "failed" : "waiting";
    }
  }

  /**
   * The runs of one combination of settings.
   *
   * @param settings the combination
   * @param others what else its runs have that those of another combination have not, by key
   * @param results of its finished runs
   * @param runs of it in all
   */
  public record Setting(
      Map<String, String> settings,
      Map<String, String> others,
      List<PointResult> results,
      int runs) {
    /** Runs that have some setting in common, and perhaps no other. */
    public static Setting together(Map<String, String> settings, List<PointResult> results) {
      return new Setting(settings, Map.of(), results, results.size());
    }

    /** In words. */
    public String label() {
      return StudyPoint.label(settings);
    }

    /** Mean and spread of something of its runs; NaN if there is none. */
    public Spread spread(ToDoubleFunction<PointResult> value) {
      return Spread.of(results.stream().mapToDouble(value).toArray());
    }

    /** Mean and spread of a metric. */
    public Spread metric(String name) {
      return spread(result -> result.metrics().getOrDefault(name, Double.NaN));
    }
  }

  /** Every combination, in the order of the grid. */
  public List<Setting> settings() {
    Map<Map<String, String>, List<Outcome>> byIt = new LinkedHashMap<>();
    for (Outcome outcome : outcomes) {
      byIt.computeIfAbsent(outcome.point().settings(), key -> new ArrayList<>()).add(outcome);
    }
    Map<Map<String, String>, Map<String, String>> others = others();
    List<Setting> settings = new ArrayList<>();
    byIt.forEach(
        (key, list) ->
            settings.add(
                new Setting(
                    key,
                    others.get(key),
                    list.stream().flatMap(outcome -> outcome.result().stream()).toList(),
                    list.size())));
    return settings;
  }

  /** In what the recipes of the combinations differ beyond the grid. */
  public Differences differences() {
    return Differences.of(List.copyOf(recipes().values()), keys());
  }

  private Map<Map<String, String>, Map<String, String>> others() {
    Map<Map<String, String>, Map<String, String>> others = new LinkedHashMap<>();
    List<Map<String, String>> values = differences().values();
    for (Map<String, String> settings : recipes().keySet()) {
      others.put(settings, values.get(others.size()));
    }
    return others;
  }

  /** A recipe of each combination. */
  private Map<Map<String, String>, Recipe> recipes() {
    Map<Map<String, String>, Recipe> recipes = new LinkedHashMap<>();
    outcomes.forEach(o -> recipes.putIfAbsent(o.point().settings(), o.point().recipe()));
    return recipes;
  }

  /** The combination with the best mean of the metric, the first of equals. */
  public Optional<Setting> best() {
    Setting best = null;
    for (Setting setting : settings()) {
      double mean = setting.metric(metric.label()).mean();
      if (!Double.isNaN(mean)
          && (best == null || metric.isBetter(mean, best.metric(metric.label()).mean()))) {
        best = setting;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Names of all metrics, the deciding one first. */
  public List<String> metrics() {
    Set<String> names = new LinkedHashSet<>(List.of(metric.label()));
    outcomes.forEach(o -> o.result().ifPresent(result -> names.addAll(result.metrics().keySet())));
    return List.copyOf(names);
  }

  /** Points that failed. */
  public List<Outcome> failures() {
    return outcomes.stream().filter(outcome -> outcome.error().isPresent()).toList();
  }

  /** The varied keys. */
  public List<String> keys() {
    return outcomes.isEmpty()
        ? List.of()
        : List.copyOf(outcomes.get(0).point().settings().keySet());
  }

  /** As {@code study.json} and {@code --json} show it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("metric", metric.label());
    map.put("best", best().map(Setting::settings));
    map.put("differing", differences().keys());
    map.put("notes", differences().notes());
    map.put("settings", settings().stream().map(this::toMap).toList());
    map.put("points", outcomes.stream().map(StudyResults::toMap).toList());
    return map;
  }

  private Map<String, Object> toMap(Setting setting) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("settings", setting.settings());
    map.put("differing", setting.others());
    map.put("runs", setting.runs());
    map.put("finished", setting.results().size());
    if (!setting.results().isEmpty()) {
      Map<String, Object> metrics = new LinkedHashMap<>();
      metrics().forEach(name -> metrics.put(name, setting.metric(name).toMap()));
      map.put("metrics", metrics);
      map.put("trainable_parameters", setting.results().get(0).trainableParameters());
      map.put("seconds", setting.spread(PointResult::seconds).toMap());
      map.put("tokens_per_second", setting.spread(PointResult::tokensPerSecond).toMap());
      map.put("measured_peak_bytes", setting.spread(PointResult::peakBytes).toMap());
    }
    return map;
  }

  private static Map<String, Object> toMap(Outcome outcome) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", outcome.point().name());
    map.put("settings", outcome.point().settings());
    map.put("seed", outcome.point().seed());
    map.put("status", outcome.status());
    outcome
        .result()
        .ifPresent(
            result -> {
              map.put("metrics", result.metrics());
              map.put("trainable_parameters", result.trainableParameters());
              map.put("seconds", result.seconds());
              map.put("tokens_per_second", result.tokensPerSecond());
              map.put("measured_peak_bytes", result.peakBytes());
            });
    outcome.error().ifPresent(error -> map.put("error", error));
    return map;
  }

  /** As {@code study.csv} shows it: a row for each point. */
  public String toCsv() {
    StringBuilder csv = new StringBuilder();
    List<Object> header = new ArrayList<>(keys());
    List<String> differing = differences().keys();
    Map<Map<String, String>, Map<String, String>> others = others();
    header.addAll(differing);
    header.addAll(List.of("seed", "status"));
    header.addAll(metrics());
    header.addAll(
        List.of("trainable_parameters", "seconds", "tokens_per_second", "measured_peak_bytes"));
    header.add("error");
    csv.append(CsvText.row(header));
    for (Outcome outcome : outcomes) {
      List<Object> row = new ArrayList<>(outcome.point().settings().values());
      Map<String, String> its = others.get(outcome.point().settings());
      differing.forEach(key -> row.add(its.getOrDefault(key, "")));
      row.addAll(List.of(outcome.point().seed(), outcome.status()));
      Optional<PointResult> result = outcome.result();
      metrics().forEach(name -> row.add(result.map(r -> cell(r.metrics().get(name))).orElse("")));
      row.add(result.<Object>map(PointResult::trainableParameters).orElse(""));
      row.add(result.<Object>map(PointResult::seconds).orElse(""));
      row.add(result.<Object>map(PointResult::tokensPerSecond).orElse(""));
      row.add(result.<Object>map(PointResult::peakBytes).orElse(""));
      row.add(outcome.error().orElse(""));
      csv.append(CsvText.row(row));
    }
    return csv.toString();
  }

  private static Object cell(Double value) {
    return value == null || value.isNaN() ? "" : value;
  }
}
