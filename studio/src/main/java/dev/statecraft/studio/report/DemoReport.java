package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.studio.recipe.Metric;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.training.StepMetrics;
import java.util.ArrayList;
import java.util.List;

/** Runs of one recipe with different methods, side by side. */
public final class DemoReport {
  private DemoReport() {}

  /**
   * The page.
   *
   * @param runs at least one
   */
  public static String html(List<RunResult> runs) {
    Recipe recipe = runs.get(0).recipe();
    Metric metric = recipe.task().metrics().get(0);
    Page page = new Page("Statecraft demo");
    page.lead(
        recipe.model()
            + " fine-tuned on "
            + recipe.data().train().get(0).name()
            + " with "
            + runs.size()
            + (runs.size() == 1 ? " method." : " methods, same data, same seed.")
            + " The metrics are those of the last evaluation, on examples that were not trained"
            + " on.");
    page.heading("Comparison");
    RunFigures.addComparison(page, runs);
    addScores(page, runs, metric.label());
    RunFigures.addMemory(page, runs);
    page.heading("Loss by step");
    page.add(
        new LineChart(
                runs.stream()
                    .map(run -> RunFigures.steps(run, StepMetrics::loss, LineChart.Style.NOISY))
                    .toList(),
                LineChart.Vertical.FROM_ZERO)
            .html());
    page.heading(RunFigures.title(metric.label()) + " by step");
    page.add(RunFigures.evaluationChart(runs, metric.label()));
    for (RunResult run : runs) {
      page.details("Recipe of " + RunFigures.method(run), run.recipe().toYaml());
    }
    return page.html();
  }

  private static void addScores(Page page, List<RunResult> runs, String metric) {
    List<Bars.Bar> bars = new ArrayList<>();
    double most = 1;
    for (RunResult run : runs) {
      double score =
          run.summary().last().map(e -> e.metrics().getOrDefault(metric, 0.0)).orElse(0.0);
      most = Math.max(most, score);
      bars.add(
          new Bars.Bar(
              RunFigures.method(run),
              List.of(
                  new Bars.Part(
                      Units.count(run.summary().trainableParameters()) + " trainable parameters",
                      score,
                      Colors.method(RunFigures.method(run)))),
              RunFigures.shown(metric, score)));
    }
    page.heading(RunFigures.title(metric));
    page.add(new Bars(bars, most).html());
  }
}
