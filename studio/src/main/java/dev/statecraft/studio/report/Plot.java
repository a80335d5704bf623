package dev.statecraft.studio.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The frame of a chart: axes and grid. What is drawn in it is SVG of 1000 by 1000 units that
 * stretches with the page; the words around it are HTML, which does not.
 *
 * @param label the chart in words, for those who cannot see it
 * @param vertical marks of the vertical axis, from 0 at the bottom to 1
 * @param horizontal marks of the horizontal axis, from 0 at the left to 1
 */
record Plot(String label, List<Mark> vertical, List<Mark> horizontal) {
  Plot {
    vertical = List.copyOf(vertical);
    horizontal = List.copyOf(horizontal);
  }

  /** A word at a place of an axis. */
  record Mark(double at, String word) {}

  static List<Mark> marks(Axis axis, String unit) {
    List<Mark> marks = new ArrayList<>();
    axis.ticks().forEach(tick -> marks.add(new Mark(axis.position(tick), number(tick) + unit)));
    return marks;
  }

  /**
   * The chart.
   *
   * @param drawing elements of SVG
   */
  String html(CharSequence drawing) {
    StringBuilder html = new StringBuilder("<div class=\"plot\">\n<div class=\"y\">");
    String widest = "";
    for (Mark mark : vertical) {
      widest = mark.word.length() > widest.length() ? mark.word : widest;
      html.append("<span style=\"bottom:").append(percent(mark.at)).append("\">");
      html.append(Page.escape(mark.word)).append("</span>");
    }
    // Out of sight, it holds the column open.
    html.append("<b aria-hidden=\"true\">").append(Page.escape(widest));
    html.append("</b></div>\n<div class=\"area\">");
    for (Mark mark : vertical) {
      html.append("<div class=\"grid\" style=\"bottom:")
          .append(percent(mark.at))
          .append("\"></div>");
    }
    html.append("<svg viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\" role=\"img\"");
    html.append(" aria-label=\"").append(Page.escape(label)).append("\">\n").append(drawing);
    html.append("</svg></div>\n<div class=\"x\">");
    for (Mark mark : horizontal) {
      String side = mark.at > 0.97 ? " class=\"last\"" : mark.at < 0.03 ? " class=\"first\"" : "";
      html.append("<span").append(side).append(" style=\"left:").append(percent(mark.at));
      html.append("\">").append(Page.escape(mark.word)).append("</span>");
    }
    return html.append("</div></div>").toString();
  }

  static String number(double value) {
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
    boolean small = Math.abs(value) < 1e-3;
    return small ? rounded.toString().replace("E", "e") : rounded.toPlainString();
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.2f%%", 100 * part);
  }
}
