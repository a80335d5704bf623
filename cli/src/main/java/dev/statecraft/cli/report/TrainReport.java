package dev.statecraft.cli.report;

import dev.statecraft.cli.run.RunResult;
import dev.statecraft.cli.run.StepMetrics;
import dev.statecraft.cli.run.Summary;
import dev.statecraft.cli.terminal.Units;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** One run: results, curves, memory, recipe. */
public final class TrainReport {
  private TrainReport() {}

  /** The page. */
  public static String html(RunResult run) {
    Summary summary = run.summary();
    Page page = new Page("Run " + run.recipe().output().getFileName());
    page.lead(
        run.recipe().model()
            + ", "
            + summary.method()
            + ", "
            + run.recipe().task().type()
            + ", "
            + Units.count(summary.steps())
            + " steps. The metrics are those of the last evaluation.");
    page.heading("Result");
    RunFigures.addComparison(page, List.of(run));
    summary
        .best()
        .ifPresent(
            best ->
                page.caption(
                    "The best evaluation by "
                        + run.recipe().task().metrics().get(0).label()
                        + " came after step "
                        + best.step()
                        + "."));
    page.heading("Loss by step");
    page.add(chart(run, StepMetrics::loss, LineChart.Style.NOISY));
    for (String metric : RunFigures.metrics(List.of(run))) {
      page.heading(RunFigures.title(metric) + " on the evaluation data, by step");
      page.add(RunFigures.evaluationChart(List.of(run), metric));
    }
    page.add("<div class=\"pair\"><div>");
    page.heading("Learning rate by step")
        .add(chart(run, StepMetrics::learningRate, LineChart.Style.EXACT));
    page.add("</div><div>");
    page.heading("Gradient norm by step")
        .add(chart(run, StepMetrics::gradientNorm, LineChart.Style.NOISY));
    page.add("</div></div>");
    RunFigures.addMemory(page, List.of(run));
    page.details("Recipe", run.recipe().toYaml());
    return page.html();
  }

  private static String chart(
      RunResult run, ToDoubleFunction<StepMetrics> value, LineChart.Style style) {
    return new LineChart(List.of(RunFigures.steps(run, value, style)), LineChart.Vertical.FROM_ZERO)
        .html();
  }
}
