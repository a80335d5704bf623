package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.studio.run.RunView;
import dev.statecraft.studio.run.Summary;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.StepMemory;
import dev.statecraft.training.StepMetrics;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** One run: results, curves, memory, graph, what it does, where it comes from. */
public final class TrainReport {
  private static final double MIB = 1 << 20;

  private final RunView run;
  private final Page page;

  private TrainReport(RunView run) {
    this.run = run;
    page = new Page("Run " + run.recipe().output().getFileName());
  }

  /** The page as a file, which does not change. */
  public static String html(RunView run) {
    return new TrainReport(run).made().html();
  }

  /** The page of a run that goes on, which looks for a newer one; once it is over, the file's. */
  public static String live(RunView run) {
    boolean over = run.summary().isPresent() || run.failure().isPresent();
    Page page = new TrainReport(run).made();
    return over ? page.html() : page.live();
  }

  private String method() {
    return run.recipe().method().name();
  }

  private Page made() {
    page.lead(run.recipe().model() + ", " + method() + ", " + run.recipe().task().type() + ".");
    page.status(status(), run.failure().isPresent());
    result();
    notes();
    curves();
    memory();
    run.exhibit(Exhibit.TunedGraph.class).ifPresent(this::graph);
    run.exhibit(Exhibit.Confusion.class).ifPresent(c -> new ConfusionTable(c).addTo(page));
    run.exhibit(Exhibit.Samples.class).ifPresent(this::samples);
    run.exhibit(Exhibit.Origin.class).ifPresent(this::origin);
    page.details("Recipe", run.recipe().toYaml());
    return page;
  }

  private String status() {
    String steps =
        Units.count(run.steps().size()) + " of " + Units.count(run.totalSteps()) + " steps";
    if (run.failure().isPresent()) {
      return "Ended after " + steps + ": " + run.failure().get();
    }
    if (run.summary().isPresent()) {
      return "Finished after " + steps + ".";
    }
    if (run.totalSteps() == 0) {
      return "Getting ready.";
    }
    return "Running: "
        + steps
        + run.secondsLeft().map(left -> ", about " + Units.clock(left) + " left").orElse("")
        + ".";
  }

  private void result() {
    page.heading(run.summary().isPresent() ? "Result" : "So far");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Trainable parameters", Units.count(run.trainableParameters()));
    if (!run.evaluations().isEmpty()) {
      Evaluation last = run.evaluations().get(run.evaluations().size() - 1);
      last.metrics()
          .forEach((name, value) -> facts.put(title(name), RunFigures.shown(name, value)));
    } else if (!run.steps().isEmpty()) {
      facts.put("Loss", Units.decimal(run.steps().get(run.steps().size() - 1).loss()));
    }
    if (run.summary().isPresent()) {
      Summary summary = run.summary().get();
      facts.put("Training time", Units.seconds(summary.seconds()));
      facts.put("Tokens/s", Units.count(Math.round(summary.tokensPerSecond())));
      facts.put("Peak memory", Units.bytes(summary.measuredPeakBytes()));
    } else if (!run.steps().isEmpty()) {
      StepMetrics last = run.steps().get(run.steps().size() - 1);
      facts.put("Tokens/s", Units.count(Math.round(last.tokensPerSecond())));
      facts.put("Memory", Units.bytes(last.peakBytes()));
    }
    page.facts(facts);
    run.summary()
        .flatMap(Summary::best)
        .ifPresent(
            best ->
                page.caption(
                    "The metrics are those of the last evaluation. The best by "
                        + run.recipe().task().metrics().get(0).label()
                        + " came after step "
                        + best.step()
                        + "."));
  }

  private static String title(String name) {
    return RunFigures.title(name);
  }

  private void notes() {
    if (!run.notes().isEmpty()) {
      page.heading("What was noted").list(run.notes());
    }
  }

  private void curves() {
    page.heading("Loss by step");
    page.add(chart("loss", StepMetrics::loss, LineChart.Style.NOISY, Colors.TRAINING));
    Set<String> metrics = new LinkedHashSet<>();
    run.evaluations().forEach(evaluation -> metrics.addAll(evaluation.metrics().keySet()));
    List<String> names = new ArrayList<>();
    List<String> charts = new ArrayList<>();
    for (String metric : metrics) {
      names.add(title(metric) + " on the evaluation data, by step");
      charts.add(
          RunFigures.evaluationChart(
              metric,
              List.of(
                  RunFigures.evaluations(metric, run.evaluations(), metric, Colors.EVALUATION))));
    }
    names.addAll(List.of("Learning rate by step", "Gradient norm by step", "Tokens/s by step"));
    charts.add(
        chart("learning rate", StepMetrics::learningRate, LineChart.Style.EXACT, Colors.TRAINING));
    charts.add(
        chart("gradient norm", StepMetrics::gradientNorm, LineChart.Style.NOISY, Colors.TRAINING));
    charts.add(
        chart("tokens/s", StepMetrics::tokensPerSecond, LineChart.Style.NOISY, Colors.TRAINING));
    names.add("Peak memory by step, in MiB");
    charts.add(
        chart(
            "peak memory in MiB", s -> s.peakBytes() / MIB, LineChart.Style.EXACT, Colors.MEMORY));
    page.pairs(names, charts);
  }

  private String chart(
      String name, ToDoubleFunction<StepMetrics> value, LineChart.Style style, String color) {
    return new LineChart(
            List.of(RunFigures.steps(name, run.steps(), value, style, color)),
            LineChart.Vertical.FROM_ZERO)
        .html();
  }

  private void memory() {
    if (run.summary().isEmpty()) {
      return;
    }
    Summary summary = run.summary().get();
    Map<String, Map<String, Long>> uses = new LinkedHashMap<>();
    summary.predicted().ifPresent(step -> uses.put("predicted", step.peak().categories()));
    uses.put("measured", summary.memory());
    if (summary.predicted().isPresent()) {
      StepMemory step = summary.predicted().get();
      page.heading("Memory over the fullest step, by category");
      page.add(new StackedAreas(step.timeline(), RunFigures.categories(uses.values())).html());
      page.caption(
          "As planned, layer by layer, for the step that needed most. Stored: "
              + summary.store()
              + ".");
    }
    page.heading("Memory at the peak, predicted and measured");
    RunFigures.addMemory(page, uses);
  }

  private void graph(Exhibit.TunedGraph tuned) {
    LayerGraph layer = LayerGraph.of(tuned);
    GraphPicture picture = new GraphPicture(layer);
    page.heading("The graph and what is trained of it");
    if (layer.index() >= 0) {
      List<String> sentences = new ArrayList<>();
      sentences.add("Drawn is layer " + layer.index() + ".");
      if (layer.alike().size() > 1) {
        sentences.add("Alike are layers " + Units.ranges(layer.alike()) + ".");
      }
      layer
          .others()
          .forEach((layers, what) -> sentences.add("Layers " + layers + " have " + what + "."));
      page.caption(String.join(" ", sentences));
    }
    page.add(picture.html());
    Page table = Page.part();
    table.table(
        List.of("State", "computed by", "from", "trained", "for the backward"), picture.rows());
    page.detailsOf("The same as a table", table);
  }

  private void samples(Exhibit.Samples samples) {
    page.heading("What it writes");
    page.caption("Prompts of the evaluation data; the most probable token each time.");
    for (Exhibit.Sample sample : samples.samples()) {
      Map<String, String> texts = new LinkedHashMap<>();
      texts.put("Prompt", sample.prompt());
      sample.base().ifPresent(text -> texts.put("Before tuning", text));
      texts.put("Tuned", sample.tuned());
      texts.put("In the data", sample.expected());
      page.texts(texts);
    }
  }

  private void origin(Exhibit.Origin origin) {
    page.heading("Where it comes from");
    page.texts(origin.facts());
  }
}
