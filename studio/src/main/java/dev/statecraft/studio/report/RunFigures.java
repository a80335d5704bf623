package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.studio.recipe.Differences;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.StepMetrics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The figures that reports of one run and of several share. */
final class RunFigures {
  private RunFigures() {}

  static String method(RunResult run) {
    return run.summary().method();
  }

  /** A metric as people read it: parts of one in percent. */
  static String shown(String metric, double value) {
    return isPart(metric) ? Units.percent(value) : Units.decimal(value);
  }

  private static boolean isPart(String metric) {
    return metric.equals(Metric.ACCURACY.label())
        || metric.equals(Metric.TOKEN_ACCURACY.label())
        || metric.equals(Metric.F1.label())
        || metric.equals(Metric.MACRO_F1.label());
  }

  static Set<String> metrics(List<RunResult> runs) {
    Set<String> metrics = new LinkedHashSet<>();
    runs.forEach(run -> run.evaluations().forEach(e -> metrics.addAll(e.metrics().keySet())));
    return metrics;
  }

  static void addComparison(Page page, List<RunResult> runs) {
    Set<String> metrics = metrics(runs);
    Differences differences =
        Differences.of(runs.stream().map(RunResult::recipe).toList(), List.of());
    differences.notes().forEach(page::caption);
    List<String> header = new ArrayList<>(List.of("Method", "Trainable parameters"));
    differences.keys().forEach(key -> header.add(title(Differences.title(key))));
    metrics.forEach(metric -> header.add(title(metric)));
    header.addAll(List.of("Training time", "Tokens/s", "Peak memory"));
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      Summary summary = runs.get(i).summary();
      Map<String, String> differing = differences.values().get(i);
      List<String> row = new ArrayList<>();
      row.add(summary.method());
      row.add(Units.count(summary.trainableParameters()));
      differences.keys().forEach(key -> row.add(differing.getOrDefault(key, "")));
      for (String metric : metrics) {
        Double value = summary.last().map(e -> e.metrics().get(metric)).orElse(null);
        row.add(value == null ? "" : shown(metric, value));
      }
      row.add(Units.seconds(summary.seconds()));
      row.add(Units.count(Math.round(summary.tokensPerSecond())));
      row.add(Units.bytes(summary.measuredPeakBytes()));
      rows.add(row);
    }
    page.table(header, rows);
  }

  static void addMemory(Page page, List<RunResult> runs) {
    Map<String, Map<String, Long>> uses = new LinkedHashMap<>();
    runs.forEach(run -> uses.put(method(run), run.summary().memory()));
    page.heading("Memory at the peak, by category");
    addMemory(page, uses);
  }

  /** The categories of several, in their order. */
  static List<String> categories(Collection<Map<String, Long>> uses) {
    Set<String> names = new LinkedHashSet<>();
    uses.forEach(use -> names.addAll(use.keySet()));
    return List.copyOf(names);
  }

  /** Bars and a table of bytes by category, of each name. */
  static void addMemory(Page page, Map<String, Map<String, Long>> uses) {
    List<String> categories = categories(uses.values());
    List<Bars.Bar> bars = new ArrayList<>();
    long most = 1;
    for (Map.Entry<String, Map<String, Long>> use : uses.entrySet()) {
      List<Bars.Part> parts = new ArrayList<>();
      long total = 0;
      for (int i = 0; i < categories.size(); i++) {
        long bytes = use.getValue().getOrDefault(categories.get(i), 0L);
        String category = categories.get(i);
        parts.add(
            new Bars.Part(
                title(category) + ": " + Units.bytes(bytes), bytes, Colors.memory(category)));
        total += bytes;
      }
      most = Math.max(most, total);
      bars.add(new Bars.Bar(use.getKey(), parts, Units.bytes(total)));
    }
    page.add(new Bars(bars, most).html());
    List<String> header = new ArrayList<>(List.of("Category"));
    header.addAll(uses.keySet());
    List<List<String>> rows = new ArrayList<>();
    for (String category : categories) {
      List<String> row = new ArrayList<>(List.of(title(category)));
      uses.values().forEach(use -> row.add(Units.bytes(use.getOrDefault(category, 0L))));
      rows.add(row);
    }
    page.legendTable(header, rows, categories.stream().map(Colors::memory).toList());
  }

  /** A chart of a metric of all evaluations. */
  static String evaluationChart(List<RunResult> runs, String metric) {
    return evaluationChart(
        metric,
        runs.stream()
            .map(
                run ->
                    evaluations(method(run), run.evaluations(), metric, Colors.method(method(run))))
            .toList());
  }

  static String evaluationChart(String metric, List<LineChart.Series> series) {
    return new LineChart(
            series, isPart(metric) ? LineChart.Vertical.PERCENT : LineChart.Vertical.FITTED)
        .html();
  }

  static LineChart.Series steps(
      RunResult run, ToDoubleFunction<StepMetrics> value, LineChart.Style style) {
    return steps(method(run), run.steps(), value, style, Colors.method(method(run)));
  }

  static LineChart.Series steps(
      String name,
      List<StepMetrics> steps,
      ToDoubleFunction<StepMetrics> value,
      LineChart.Style style,
      String color) {
    return new LineChart.Series(
        name,
        steps.stream()
            .map(step -> new LineChart.Point(step.step(), value.applyAsDouble(step)))
            .toList(),
        style,
        color);
  }

  static LineChart.Series evaluations(
      String name, List<Evaluation> evaluations, String metric, String color) {
    return new LineChart.Series(
        name,
        evaluations.stream()
            .filter(evaluation -> evaluation.metrics().containsKey(metric))
            .map(evaluation -> point(evaluation, metric))
            .toList(),
        LineChart.Style.DOTS,
        color);
  }

  private static LineChart.Point point(Evaluation evaluation, String metric) {
    return new LineChart.Point(evaluation.step(), evaluation.metrics().get(metric));
  }

  /** {@code macro_f1}: Macro F1. */
  static String title(String name) {
    String words = name.replace('_', ' ').replace("f1", "F1");
    return words.isEmpty() ? words : Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }
}
