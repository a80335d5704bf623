package dev.statecraft.cli.command;

import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.recipe.Differences;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.training.Evaluation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tables that runs end with. */
final class ResultTables {
  private ResultTables() {}

  /** A row per run: method, parameters, metrics of the last evaluation, time, peak; then bytes. */
  static String runs(List<RunResult> runs, int columns) {
    Differences differences =
        Differences.of(runs.stream().map(RunResult::recipe).toList(), List.of());
    StringBuilder text = new StringBuilder(results(runs, differences).render(columns));
    differences.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
    return text + "\nPeak memory by category\n" + memory(runs).render(columns);
  }

  private static Table results(List<RunResult> runs, Differences differences) {
    Set<String> metrics = new LinkedHashSet<>();
    runs.forEach(
        run -> run.summary().last().ifPresent(last -> metrics.addAll(last.metrics().keySet())));
    List<String> header = new ArrayList<>(List.of("method", "trainable parameters"));
    differences.keys().forEach(key -> header.add(Differences.title(key)));
    metrics.forEach(metric -> header.add(metric.replace('_', ' ')));
    header.addAll(List.of("time", "tokens/s", "peak"));
    Table table = new Table(header);
    for (int i = 0; i < runs.size(); i++) {
      Summary summary = runs.get(i).summary();
      Map<String, String> differing = differences.values().get(i);
      List<String> row = new ArrayList<>();
      row.add(summary.method());
      row.add(Units.count(summary.trainableParameters()));
      differences.keys().forEach(key -> row.add(differing.getOrDefault(key, "")));
      metrics.forEach(metric -> row.add(summary.last().map(e -> value(e, metric)).orElse("")));
      row.add(Units.seconds(summary.seconds()));
      row.add(Units.count(Math.round(summary.tokensPerSecond())));
      row.add(Units.bytes(summary.measuredPeakBytes()));
      table.row(row);
    }
    return table;
  }

  private static String value(Evaluation evaluation, String metric) {
    Double value = evaluation.metrics().get(metric);
    return value == null ? "" : Units.decimal(value);
  }

  private static Table memory(List<RunResult> runs) {
    Set<String> categories = new LinkedHashSet<>();
    runs.forEach(run -> categories.addAll(run.summary().memory().keySet()));
    List<String> header = new ArrayList<>(List.of("method"));
    categories.forEach(category -> header.add(category.replace('_', ' ')));
    Table table = new Table(header);
    for (RunResult run : runs) {
      List<String> row = new ArrayList<>(List.of(run.summary().method()));
      categories.forEach(
          category -> row.add(Units.bytes(run.summary().memory().getOrDefault(category, 0L))));
      table.row(row);
    }
    return table;
  }
}
