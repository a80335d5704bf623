package dev.statecraft.studio.report;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/**
 * Values of several runs, a row for each kind of run: a dot for each value and a stroke at their
 * mean, over one axis for all rows.
 *
 * @param rows in order
 * @param shown a value in words
 */
record DotPlot(List<Row> rows, DoubleFunction<String> shown) {
  DotPlot {
    rows = List.copyOf(rows);
  }

  /**
   * A row.
   *
   * @param label at its left
   * @param values the dots; those that are not finite are left out
   * @param mean the stroke
   * @param value at its right
   * @param color of the dots, one of {@link Colors}
   */
  record Row(String label, List<Double> values, double mean, String value, String color) {
    Row {
      values = values.stream().filter(Double::isFinite).toList();
    }
  }

  String html() {
    List<Double> all = rows.stream().flatMap(row -> row.values.stream()).toList();
    if (all.isEmpty()) {
      return "<p class=\"soft\">Nothing was measured.</p>";
    }
    Axis axis =
        Axis.covering(
            all.stream().mapToDouble(Double::doubleValue).min().orElseThrow(),
            all.stream().mapToDouble(Double::doubleValue).max().orElseThrow(),
            4);
    StringBuilder html = new StringBuilder("<div class=\"bars dots\">\n");
    for (Row row : rows) {
      html.append("<span>").append(Page.escape(row.label)).append("</span>");
      html.append("<div class=\"track\">");
      for (double tick : axis.ticks()) {
        html.append("<u style=\"left:").append(percent(axis.position(tick))).append("\"></u>");
      }
      for (double value : row.values) {
        html.append("<i class=\"f")
            .append(row.color)
            .append("\" style=\"left:")
            .append(percent(axis.position(value)));
        html.append("\" title=\"").append(Page.escape(shown.apply(value))).append("\"></i>");
      }
      if (Double.isFinite(row.mean)) {
        html.append("<b style=\"left:").append(percent(axis.position(row.mean))).append("\"></b>");
      }
      html.append("</div><span>").append(Page.escape(row.value)).append("</span>\n");
    }
    html.append("<span></span><div class=\"ticks\">");
    for (int i = 0; i < axis.ticks().size(); i++) {
      double tick = axis.ticks().get(i);
      html.append("<span style=\"left:").append(percent(axis.position(tick))).append("\">");
      html.append(Page.escape(shown.apply(tick))).append("</span>");
    }
    return html.append("</div><span></span>\n</div>").toString();
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * part);
  }
}
