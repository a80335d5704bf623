package dev.statecraft.studio.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.SampleRuns;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ReportTest {
  private static final Path FOLDER = Path.of("runs").toAbsolutePath();

  private static String demo() {
    return DemoReport.html(
        List.of(SampleRuns.run("lora", 240, 4, FOLDER), SampleRuns.run("control", 240, 6, FOLDER)));
  }

  @Test
  void theDemosReportComparesTheMethods() {
    String page = demo();
    assertThat(page)
        .contains("<td>lora</td>", "<td>control</td>", "<td>55,296</td>", "Optimizer moments")
        .contains("<svg", "93.7 %", "94.8 %");
  }

  @Test
  void theReportOfARunShowsAllThatThereIs() {
    String page = TrainReport.html(SampleRuns.view(SampleRuns.run("lora", 80, 5, FOLDER)));
    assertThat(page)
        .contains("Finished after 80 of 80 steps.", "Loss by step", "Learning rate by step")
        .contains("Accuracy on the evaluation data, by step", "Tokens/s by step")
        .contains("Memory over the fullest step, by category")
        .contains("Memory at the peak, predicted and measured", ">predicted<")
        .contains("The graph and what is trained of it", "arc control", "low_rank_control")
        .contains("praise")
        .contains("river river", "Once", "The Rhine.")
        .contains("Where it comes from", "train -c a.yaml")
        .contains("step 12: loss 9.1 stands out", "&lt;b&gt;not bold&lt;/b&gt;")
        .doesNotContain("<b>not bold", "null", "NaN");
  }

  @Test
  void theSameThingHasTheSameColor() {
    RunResult lora = SampleRuns.run("lora", 240, 4, FOLDER);
    RunResult control = SampleRuns.run("control", 240, 6, FOLDER);
    for (List<RunResult> runs : List.of(List.of(lora, control), List.of(control, lora))) {
      String page = DemoReport.html(runs);
      for (String method : List.of("lora", "control")) {
        String color = Colors.method(method);
        assertThat(page).contains("<i class=\"f" + color + "\"></i>" + method + "</li>");
        assertThat(page)
            .containsPattern(
                "<span>" + method + "</span><div class=\"bar\"><i class=\"f" + color + "\"");
      }
    }
    assertThat(Methods.names().stream().map(Colors::method)).doesNotHaveDuplicates();
    assertThat(Stream.of(MemoryCategory.values()).map(c -> Colors.memory(c.label())))
        .doesNotHaveDuplicates();
    String page = TrainReport.html(SampleRuns.view(lora));
    assertThat(page).contains("\"l" + Colors.TRAINING + "\"", "l" + Colors.EVALUATION + "\"");
  }

  /** Every color has its rules, and paper shows them whole. */
  @Test
  void theStyleHasEveryColorAndPrints() {
    String style = demo();
    for (String kind : List.of(".f", ".l", ".a")) {
      for (int i = 0; i < Colors.METHODS; i++) {
        assertThat(style).contains(kind + Colors.series(i) + " { ");
      }
      for (MemoryCategory category : MemoryCategory.values()) {
        assertThat(style).contains(kind + Colors.memory(category.label()) + " { ");
      }
    }
    assertThat(style)
        .contains("print-color-adjust: exact", "break-inside: avoid", "@media print", "@page")
        .contains("@media screen and (prefers-color-scheme: dark)");
  }

  @Test
  void aReportLoadsNothing() {
    for (String page :
        List.of(demo(), TrainReport.html(SampleRuns.view(SampleRuns.run("dora", 80, 5, FOLDER))))) {
      assertThat(page)
          .doesNotContain("<script", "src=", "href=", "http:", "https:", "@import")
          .doesNotContainPattern("url\\((?!#)");
      assertThat(page).contains("prefers-color-scheme: dark", "width=device-width");
    }
  }

  @Test
  void aRunWithoutEvaluationsHasAReportToo() {
    String page = TrainReport.html(SampleRuns.view(SampleRuns.run("full", 10, 5, FOLDER)));
    assertThat(page).contains("Loss by step", "Learning rate").doesNotContain("The best by");
  }

  @Test
  void textsCannotBecomeMarkup() {
    String page = new Page("a <b> & \"c\"").lead("<script>'x'</script>").html();
    assertThat(page)
        .contains("a &lt;b&gt; &amp; &quot;c&quot;", "&lt;script&gt;&#39;x&#39;")
        .doesNotContain("<script>");
  }

  @Test
  void axesEndAtRoundNumbers() {
    assertThat(Axis.covering(0.13, 0.92, 4).ticks()).startsWith(0.0).hasSize(6);
    assertThat(Axis.covering(0.13, 0.92, 4).to()).isEqualTo(1.0);
    assertThat(Axis.covering(5, 5, 4).position(5)).isBetween(0.0, 1.0);
    assertThat(Axis.covering(0, 0, 4).to()).isPositive();
    assertThat(Axis.within(1, 240, 5).ticks()).containsExactly(50.0, 100.0, 150.0, 200.0);
    assertThat(Axis.within(1, 1, 5).position(1)).isZero();
  }

  @Test
  void pointsThatAreNotFiniteAreLeftOut() {
    LineChart.Series series =
        new LineChart.Series(
            "loss",
            DoubleStream.of(1, Double.NaN, 3, Double.POSITIVE_INFINITY)
                .mapToObj(y -> new LineChart.Point(y, y))
                .toList(),
            LineChart.Style.NOISY,
            Colors.TRAINING);
    assertThat(series.points()).hasSize(2);
    String html = new LineChart(List.of(series), LineChart.Vertical.FROM_ZERO).html();
    assertThat(html).contains("<path").doesNotContain("NaN", "Infinity");
    assertThat(new LineChart(List.of(), LineChart.Vertical.FITTED).html())
        .contains("Nothing was recorded");
  }

  @Test
  void longCurvesAreThinned() {
    List<LineChart.Point> points =
        IntStream.range(0, 20_000).mapToObj(i -> new LineChart.Point(i, Math.sin(i))).toList();
    String html =
        new LineChart(
                List.of(
                    new LineChart.Series("loss", points, LineChart.Style.EXACT, Colors.TRAINING)),
                LineChart.Vertical.FITTED)
            .html();
    assertThat(html.length()).isLessThan(30_000);
  }
}
