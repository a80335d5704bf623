package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.metric.ConfusionMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A confusion matrix: a table while it can be read as one, else what is confused most. */
record ConfusionTable(Exhibit.Confusion confusion) {
  /** Columns that a page has room for. */
  private static final int MOST_CLASSES = 20;

  private static final int MOST_PAIRS = 20;

  /** A gold class taken for another. */
  private record Pair(int gold, int predicted, long count) {}

  private ConfusionMatrix matrix() {
    return confusion.matrix();
  }

  private String label(int index) {
    return confusion.labels().get(index);
  }

  void addTo(Page page) {
    page.heading("What is taken for what");
    page.caption(
        "Of the "
            + Units.count(matrix().total())
            + " examples of the last evaluation, "
            + Units.percent(matrix().accuracy())
            + " are taken for what they are.");
    if (matrix().classes() <= MOST_CLASSES) {
      page.add(table());
      page.caption(
          "Rows are the true classes, columns what the model says; the stronger the colour, the"
              + " more.");
    }
    List<Pair> pairs = pairs();
    if (!pairs.isEmpty() && matrix().classes() > 3) {
      page.table(
          List.of("Most often confused", "taken for", "examples"),
          pairs.stream()
              .map(p -> List.of(label(p.gold), label(p.predicted), Units.count(p.count)))
              .toList());
    }
  }

  private List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int gold = 0; gold < matrix().classes(); gold++) {
      for (int predicted = 0; predicted < matrix().classes(); predicted++) {
        long count = matrix().count(gold, predicted);
        if (gold != predicted && count > 0) {
          pairs.add(new Pair(gold, predicted, count));
        }
      }
    }
    pairs.sort(Comparator.comparingLong(Pair::count).reversed());
    int most = matrix().classes() <= MOST_CLASSES ? 5 : MOST_PAIRS;
    return pairs.subList(0, Math.min(most, pairs.size()));
  }

  private String table() {
    int classes = matrix().classes();
    StringBuilder html =
        new StringBuilder(
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Confusion matrix\">"
                + "<table class=\"confusion\">\n<thead><tr><th scope=\"col\">true class</th>");
    for (int i = 0; i < classes; i++) {
      html.append("<th scope=\"col\"><span>").append(Page.escape(label(i))).append("</span></th>");
    }
    html.append("</tr></thead>\n<tbody>\n");
    for (int gold = 0; gold < classes; gold++) {
      html.append("<tr><th scope=\"row\">").append(Page.escape(label(gold))).append("</th>");
      long all = 0;
      for (int predicted = 0; predicted < classes; predicted++) {
        all += matrix().count(gold, predicted);
      }
      for (int predicted = 0; predicted < classes; predicted++) {
        html.append(cell(matrix().count(gold, predicted), all, gold == predicted));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div>").toString();
  }

  private static String cell(long count, long all, boolean right) {
    if (count == 0) {
      return "<td class=\"none\">0</td>";
    }
    return String.format(
        Locale.ROOT,
        "<td class=\"%s\" style=\"--part:%.3f\">%s</td>",
        right ? "right" : "wrong",
        count / (double) all,
        Units.count(count));
  }
}
