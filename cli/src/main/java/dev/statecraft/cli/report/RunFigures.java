package dev.statecraft.cli.report;

import dev.statecraft.cli.recipe.Metric;
import dev.statecraft.cli.run.Evaluation;
import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.run.StepMetrics;
import dev.statecraft.cli.run.Summary;
import dev.statecraft.cli.terminal.Units;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
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
    List<String> header = new ArrayList<>(List.of("Method", "Trainable parameters"));
    metrics.forEach(metric -> header.add(title(metric)));
    header.addAll(List.of("Training time", "Tokens/s", "Peak memory"));
    List<List<String>> rows = new ArrayList<>();
    for (RunResult run : runs) {
      Summary summary = run.summary();
      List<String> row = new ArrayList<>();
      row.add(summary.method());
      row.add(Units.count(summary.trainableParameters()));
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
    Set<String> names = new LinkedHashSet<>();
    runs.forEach(run -> names.addAll(run.summary().memory().keySet()));
    List<String> categories = List.copyOf(names);
    long most = 1;
    List<Bars.Bar> bars = new ArrayList<>();
    for (RunResult run : runs) {
      List<Bars.Part> parts = new ArrayList<>();
      long total = 0;
      for (int i = 0; i < categories.size(); i++) {
        long bytes = run.summary().memory().getOrDefault(categories.get(i), 0L);
        parts.add(new Bars.Part(title(categories.get(i)) + ": " + Units.bytes(bytes), bytes, i));
        total += bytes;
      }
      most = Math.max(most, total);
      bars.add(new Bars.Bar(method(run), parts, Units.bytes(total)));
    }
    page.heading("Memory at the peak, by category");
    page.add(new Bars(bars, most).html());
    addMemoryTable(page, runs, categories);
  }

  private static void addMemoryTable(Page page, List<RunResult> runs, List<String> categories) {
    List<String> header = new ArrayList<>(List.of("Category"));
    runs.forEach(run -> header.add(method(run)));
    List<List<String>> rows = new ArrayList<>();
    for (String category : categories) {
      List<String> row = new ArrayList<>(List.of(title(category)));
      runs.forEach(run -> row.add(Units.bytes(run.summary().memory().getOrDefault(category, 0L))));
      rows.add(row);
    }
    page.legendTable(header, rows);
  }

  /** A chart of a metric of all evaluations. */
  static String evaluationChart(List<RunResult> runs, String metric) {
    return new LineChart(
            runs.stream().map(run -> evaluations(run, metric)).toList(),
            isPart(metric) ? LineChart.Vertical.PERCENT : LineChart.Vertical.FITTED)
        .html();
  }

  static LineChart.Series steps(
      RunResult run, ToDoubleFunction<StepMetrics> value, LineChart.Style style) {
    return new LineChart.Series(
        method(run),
        run.steps().stream()
            .map(step -> new LineChart.Point(step.step(), value.applyAsDouble(step)))
            .toList(),
        style);
  }

  private static LineChart.Series evaluations(RunResult run, String metric) {
    return new LineChart.Series(
        method(run),
        run.evaluations().stream()
            .filter(evaluation -> evaluation.metrics().containsKey(metric))
            .map(evaluation -> point(evaluation, metric))
            .toList(),
        LineChart.Style.DOTS);
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
