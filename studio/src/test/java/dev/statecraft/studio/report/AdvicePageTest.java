package dev.statecraft.studio.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.SampleAdvice;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.advise.AdvisedEdge;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class AdvicePageTest {
  private static final List<String> PLACES = List.of("mlp", "attn", "q_proj");

  private static AdvisedEdge edge(String place, int layer, double gradient, long bytes) {
    return new AdvisedEdge(
        place, layer, "u", "v", 0.25, 1e-5, 0.5, gradient, bytes, 6144, layer == 0);
  }

  private static int count(String text, String what) {
    return text.split(Pattern.quote(what), -1).length - 1;
  }

  private static String page(boolean dry, int layers) {
    AdviseRequest request = SampleAdvice.request(PLACES, 5, dry);
    return AdvicePage.html(request, SampleAdvice.of(request, layers));
  }

  @Test
  void showsWhatWasAskedAndAnswered() {
    AdviseRequest request = SampleAdvice.request(PLACES, 5, false);
    Advice advice = SampleAdvice.of(request, 6);
    String page = AdvicePage.html(request, advice);
    assertThat(page)
        .contains("builtin:minilm, classification")
        .contains("5 of 18", "Chosen: " + advice.chosenInWords() + ".")
        .contains("312.0 MiB", "201.0 MiB", "512.0 MiB")
        .contains("12.5 s and 240.0 MiB (predicted 238.0 MiB)")
        .contains("mlp, attn, q_proj", "5 edges", "low-rank", "bug, praise, &lt;other&gt;")
        .contains("fresh, and given 30 steps before", "docs/advice.md")
        .contains("<h2>Controllability</h2>", "<h2>Gain</h2>", "<h2>Memory</h2>")
        .contains("<h2>Gradient, by which edges are ranked</h2>")
        .contains("gated</td><td>6,537</td><td>4.0 MiB", "low-rank (chosen)</td>")
        .contains("experiment: statecraft") // of the recipe
        .doesNotContain("null", "NaN");
    // A cell of every edge in each of four maps, and a row of each in the ranking.
    for (int i = 0; i < 18; i++) {
      AdvisedEdge edge = advice.edges().get(i);
      String cell = "title=\"layer " + edge.layer() + ", " + edge.place() + ": ";
      assertThat(count(page, cell)).isEqualTo(4);
      assertThat(page)
          .contains("<tr><td>" + (i + 1) + "</td><td>" + edge.layer() + "</td><td>" + edge.place());
    }
    assertThat(count(page, "chosen\" style=\"--part")).isEqualTo(4 * 5);
    assertThat(count(page, ", chosen\">")).isEqualTo(4 * 5);
    assertThat(count(page, "<td>yes</td>")).isEqualTo(5);
  }

  /** As they were asked for. */
  @Test
  void placesHaveTheirOrder() {
    String page = page(false, 3);
    assertThat(page.indexOf("<th scope=\"row\">mlp</th>"))
        .isLessThan(page.indexOf("<th scope=\"row\">attn</th>"));
    assertThat(page.indexOf("<th scope=\"row\">attn</th>"))
        .isLessThan(page.indexOf("<th scope=\"row\">q_proj</th>"));
  }

  @Test
  void cellsHaveTheirSharesOfTheScale() {
    List<AdvisedEdge> edges =
        List.of(
            edge("attn", 0, 4e-4, 3 << 20),
            edge("attn", 1, 2e-4, 2 << 20),
            edge("mlp", 1, 1e-4, 1 << 20),
            edge("mlp", 2, Double.NaN, 0));
    HeatMap gradient = new HeatMap(AdviceFigure.GRADIENT, List.of("attn", "mlp"), edges);
    assertThat(gradient.caption())
        .isEqualTo(
            "Norm of each edge's gradient at zero, normalised by the covariance of its input, in"
                + " units of 1e-4.");
    assertThat(gradient.html())
        .contains(
            "<td class=\"high chosen\" style=\"--part:1.000\""
                + " title=\"layer 0, attn: 4.0e-04; rank 1 of 4, chosen\"><span>4.00</span></td>")
        .contains("<td class=\"middle\" style=\"--part:0.500\"", "<span>2.00</span></td>")
        .contains("<td class=\"\" style=\"--part:0.250\"", "<span>1.00</span></td>")
        .contains("<td class=\"none\" style=\"--part:0.000\"", "<span>&ndash;</span></td>")
        .contains("<p><span>0</span><span>2.00</span><span>4.00</span></p>")
        .contains("<th scope=\"row\">mlp</th><td></td><td class") // Layer 0 has no mlp.
        .doesNotContain("narrow");
    HeatMap bytes = new HeatMap(AdviceFigure.BYTES, List.of("attn", "mlp"), edges);
    assertThat(bytes.caption()).endsWith(", in MiB.");
    assertThat(bytes.html()).contains("layer 1, attn: 2.0 MiB; rank 2 of 4\"><span>2.00</span>");
    HeatMap share = new HeatMap(AdviceFigure.CONTROLLABILITY, List.of("attn", "mlp"), edges);
    assertThat(share.html()).contains("layer 1, attn: 25.0 %; rank 2 of 4\"><span>25.0</span>");
  }

  @Test
  void aMapOfZerosHasNoScale() {
    List<AdvisedEdge> edges = List.of(edge("attn", 0, 0, 0), edge("attn", 1, 0, 0));
    String html = new HeatMap(AdviceFigure.GRADIENT, List.of("attn"), edges).html();
    assertThat(html).contains("--part:0.000").contains("<p><span>0</span></p>");
  }

  @Test
  void manyLayersHaveNarrowCells() {
    String page = page(false, 126);
    assertThat(page)
        .contains("<table class=\"heat narrow\"")
        .contains("<th scope=\"col\"><span>125</span>")
        .contains("<th scope=\"col\"><span class=\"unseen\">124</span>")
        .contains("The other " + (3 * 126 - 40));
    assertThat(count(page, "title=\"layer ")).isEqualTo(4 * 3 * 126);
  }

  @Test
  void aDryAdviceShowsNoScores() {
    String page = page(true, 6);
    assertThat(count(page, "title=\"layer ")).isEqualTo(18);
    assertThat(page)
        .contains("<h2>Memory</h2>", "Nothing was measured", "would take 238.0 MiB")
        .doesNotContain("<h2>Controllability", "<h2>Gain", "<h2>Gradient", "eigenvalue")
        .doesNotContain("Examples", "Outputs", "0.0 %", "0.0000");
  }

  @Test
  void namesCannotBecomeMarkup() {
    AdviseRequest request = SampleAdvice.request(List.of("<b>\"x\"</b>"), 1, false);
    String page = AdvicePage.html(request, SampleAdvice.of(request, 2));
    assertThat(page)
        .contains("layer 1, &lt;b&gt;&quot;x&quot;&lt;/b&gt;: ")
        .doesNotContain("<b>\"", "<other>");
  }

  @Test
  void loadsNothing() {
    for (String page : List.of(page(false, 6), page(true, 6))) {
      assertThat(page)
          .doesNotContain("<script", "src=", "href=", "http:", "https:", "@import", "url(")
          .contains("prefers-color-scheme: dark", "width=device-width");
    }
  }

  /** The pages' style has what the maps' classes need, in both schemes. */
  @Test
  void theStyleKnowsTheMaps() {
    assertThat(page(false, 2))
        .contains(
            ".heat td.high", ".heat td.middle", ".heat td.chosen", ".heat.narrow", ".heat-key")
        .containsPattern("--low: #[0-9a-f]{6}; --high: #[0-9a-f]{6};(?s:.*)--low: #");
  }
}
