package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.studio.recipe.Differences;
import dev.statecraft.studio.study.PointResult;
import dev.statecraft.studio.study.Spread;
import dev.statecraft.studio.study.StudyResults;
import dev.statecraft.studio.study.StudyResults.Outcome;
import dev.statecraft.studio.study.StudyResults.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleFunction;
import java.util.function.ToDoubleFunction;

/** The page of a study: its settings side by side. */
public final class StudyReport {
  private static final String METHOD = "method.name";

  private final StudyResults results;
  private final List<Setting> settings;
  private final Optional<Setting> best;
  private final String metric;
  private final Page page = new Page("Statecraft study");

  private StudyReport(StudyResults results) {
    this.results = results;
    settings = results.settings();
    best = results.best();
    metric = results.metric().label();
  }

  /**
   * The page.
   *
   * @param recipe the text of the recipe
   */
  public static String html(StudyResults results, String recipe) {
    StudyReport report = new StudyReport(results);
    report.addLead();
    report.addTable();
    report.addSettings();
    report.addAxes();
    report.addCosts();
    report.addLosses();
    report.addFailures();
    return report.page.details("Recipe", recipe).html();
  }

  private void addLead() {
    long done = results.outcomes().stream().filter(o -> o.result().isPresent()).count();
    page.lead(
        done
            + " of "
            + results.outcomes().size()
            + " runs finished. Metrics are those of each run's last evaluation; ± is the standard"
            + " deviation over seeds.");
    best.ifPresent(
        setting ->
            page.lead(
                "Best by "
                    + metric.replace('_', ' ')
                    + ": "
                    + setting.label()
                    + ", "
                    + shown(metric, setting.metric(metric))
                    + "."));
  }

  private void addTable() {
    List<String> header = new ArrayList<>(List.of("Setting", "Trainable parameters"));
    List<String> differing = results.differences().keys();
    differing.forEach(key -> header.add(RunFigures.title(Differences.title(key))));
    results.metrics().forEach(name -> header.add(RunFigures.title(name)));
    header.add("Runs");
    List<List<String>> rows = new ArrayList<>();
    for (Setting setting : settings) {
      boolean any = !setting.results().isEmpty();
      List<String> row = new ArrayList<>();
      row.add(setting.label() + (isBest(setting) ? " (best)" : ""));
      row.add(any ? Units.count(setting.results().get(0).trainableParameters()) : "");
      differing.forEach(key -> row.add(setting.others().getOrDefault(key, "")));
      results.metrics().forEach(name -> row.add(any ? shown(name, setting.metric(name)) : ""));
      row.add(setting.results().size() + " of " + setting.runs());
      rows.add(row);
    }
    page.heading("Settings");
    results.differences().notes().forEach(page::caption);
    page.table(header, rows);
  }

  private boolean isBest(Setting setting) {
    return best.equals(Optional.of(setting));
  }

  private static String shown(String metric, Spread spread) {
    return RunFigures.shown(metric, spread.mean())
        + (spread.values().size() > 1 ? " ± " + RunFigures.shown(metric, spread.deviation()) : "");
  }

  private void addSettings() {
    page.heading(RunFigures.title(metric) + " by setting");
    page.caption("A dot for each run, a stroke at the mean.");
    List<DotPlot.Row> rows = new ArrayList<>();
    for (Setting setting : settings) {
      if (!setting.results().isEmpty()) {
        String label = setting.label() + (isBest(setting) ? " (best)" : "");
        rows.add(row(label, setting.metric(metric), color(setting)));
      }
    }
    page.add(plot(rows));
  }

  private DotPlot.Row row(String label, Spread spread, String color) {
    return new DotPlot.Row(label, spread.values(), spread.mean(), shown(metric, spread), color);
  }

  /** Methods have theirs on every page; other settings have that of their place in the table. */
  private String color(Setting setting) {
    return setting.settings().keySet().equals(Set.of(METHOD))
        ? Colors.method(setting.settings().get(METHOD))
        : Colors.series(settings.indexOf(setting));
  }

  private String plot(List<DotPlot.Row> rows) {
    return new DotPlot(rows, value -> RunFigures.shown(metric, value)).html();
  }

  /** For each varied key, all runs by its value alone. */
  private void addAxes() {
    List<String> varied = results.keys().stream().filter(key -> byValue(key).size() > 1).toList();
    if (varied.size() < 2) {
      return;
    }
    for (String key : varied) {
      page.heading(RunFigures.title(metric) + " by " + key);
      page.caption("All runs with that value, whatever else they have.");
      List<DotPlot.Row> rows = new ArrayList<>();
      byValue(key)
          .forEach(
              (value, found) -> {
                if (!found.isEmpty()) {
                  Setting together = Setting.together(Map.of(key, value), found);
                  String color = key.equals(METHOD) ? Colors.method(value) : Colors.EVALUATION;
                  rows.add(row(value, together.metric(metric), color));
                }
              });
      page.add(plot(rows));
    }
  }

  private Map<String, List<PointResult>> byValue(String key) {
    Map<String, List<PointResult>> byValue = new LinkedHashMap<>();
    for (Setting setting : settings) {
      byValue
          .computeIfAbsent(setting.settings().get(key), value -> new ArrayList<>())
          .addAll(setting.results());
    }
    return byValue;
  }

  private void addCosts() {
    page.add("<div class=\"pair\"><div>");
    page.heading("Peak memory");
    page.add(
        bars(
            setting -> setting.spread(PointResult::peakBytes).mean(),
            value -> Units.bytes(Math.round(value))));
    page.add("</div><div>");
    page.heading("Training time");
    page.add(bars(setting -> setting.spread(PointResult::seconds).mean(), Units::seconds));
    page.add("</div></div>");
  }

  private String bars(ToDoubleFunction<Setting> length, DoubleFunction<String> shown) {
    List<Bars.Bar> bars = new ArrayList<>();
    double most = 1e-9;
    for (Setting setting : settings) {
      if (!setting.results().isEmpty()) {
        double value = length.applyAsDouble(setting);
        most = Math.max(most, value);
        bars.add(
            new Bars.Bar(
                setting.label(),
                List.of(new Bars.Part(setting.label(), value, color(setting))),
                shown.apply(value)));
      }
    }
    return new Bars(bars, most).html();
  }

  private void addLosses() {
    List<LineChart.Series> curves = new ArrayList<>();
    for (Setting setting : settings) {
      if (!setting.results().isEmpty() && curves.size() < Colors.SERIES) {
        List<LineChart.Point> points = new ArrayList<>();
        List<Double> losses = setting.results().get(0).losses();
        for (int i = 0; i < losses.size(); i++) {
          points.add(new LineChart.Point(i + 1, losses.get(i)));
        }
        curves.add(
            new LineChart.Series(setting.label(), points, LineChart.Style.NOISY, color(setting)));
      }
    }
    page.heading("Training loss by step");
    page.caption(
        "The first finished run of "
            + (settings.size() > Colors.SERIES
                ? "the first " + Colors.SERIES + " settings."
                : "each setting."));
    page.add(new LineChart(curves, LineChart.Vertical.FROM_ZERO).html());
  }

  private void addFailures() {
    List<Outcome> failures = results.failures();
    if (failures.isEmpty()) {
      return;
    }
    page.heading("Runs that failed");
    for (Outcome outcome : failures) {
      page.caption(outcome.point().name() + ": " + outcome.error().orElseThrow());
    }
  }
}
