package dev.statecraft.studio.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Horizontal bars, one beneath the other, each of one or more parts.
 *
 * @param bars in order
 * @param most what a full bar stands for
 */
record Bars(List<Bar> bars, double most) {
  Bars {
    bars = List.copyOf(bars);
    if (!(most > 0)) {
      throw new IllegalArgumentException("a full bar: expected above 0, found " + most);
    }
  }

  /**
   * One bar.
   *
   * @param label at its left
   * @param parts its lengths in order
   * @param value at its right
   */
  record Bar(String label, List<Part> parts, String value) {
    Bar {
      parts = List.copyOf(parts);
    }
  }

  /**
   * A part of a bar.
   *
   * @param name shown when pointed at
   * @param length in the unit of {@link Bars#most}
   * @param color one of {@link Colors}
   */
  record Part(String name, double length, String color) {}

  /** A name and its color, one of {@link Colors}. */
  record Key(String name, String color) {}

  String html() {
    StringBuilder html = new StringBuilder("<div class=\"bars\">\n");
    for (Bar bar : bars) {
      html.append("<span>").append(Page.escape(bar.label)).append("</span><div class=\"bar\">");
      for (Part part : bar.parts) {
        html.append("<i class=\"f")
            .append(part.color)
            .append("\" style=\"width:")
            .append(percent(part.length))
            .append("\" title=\"")
            .append(Page.escape(part.name))
            .append("\"></i>");
      }
      html.append("</div><span>").append(Page.escape(bar.value)).append("</span>\n");
    }
    return html.append("</div>").toString();
  }

  private String percent(double length) {
    double part = Math.max(0, Math.min(1, length / most));
    return String.format(Locale.ROOT, "%.3f%%", 100 * part);
  }

  /** A list of names beside their colors. */
  static String legend(List<Key> keys) {
    List<String> items = new ArrayList<>();
    for (Key key : keys) {
      items.add("<li><i class=\"f" + key.color + "\"></i>" + Page.escape(key.name) + "</li>");
    }
    return "<ul class=\"legend\">" + String.join("", items) + "</ul>";
  }
}
