package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Curves over the steps of a run.
 *
 * @param series the curves; points that are not finite are left out
 * @param vertical what the vertical axis shows
 */
record LineChart(List<Series> series, Vertical vertical) {
  private static final int SMOOTH_FROM = 40;
  private static final int MOST_POINTS = 500;

  LineChart {
    series = List.copyOf(series);
  }

  /** What a vertical axis shows. */
  enum Vertical {
    /** Numbers from 0 on. */
    FROM_ZERO,
    /** The numbers that there are. */
    FITTED,
    /** Parts of one, as percentages. */
    PERCENT
  }

  /** How a curve is drawn. */
  enum Style {
    /** From point to point. */
    EXACT,
    /** From point to point, with a dot at each. */
    DOTS,
    /** Faint from point to point, with a smooth curve over it if there are many. */
    NOISY
  }

  /** A point of a curve. */
  record Point(double x, double y) {}

  /**
   * A curve.
   *
   * @param name for the legend
   * @param points ascending in x
   * @param style how it is drawn
   * @param color one of {@link Colors}
   */
  record Series(String name, List<Point> points, Style style, String color) {
    Series {
      points = points.stream().filter(p -> Double.isFinite(p.x) && Double.isFinite(p.y)).toList();
    }
  }

  /** The chart; a sentence if there is no point. */
  String html() {
    List<Point> all = series.stream().flatMap(s -> s.points.stream()).toList();
    if (all.isEmpty()) {
      return "<p class=\"soft\">Nothing was recorded.</p>";
    }
    double least = all.stream().mapToDouble(Point::y).min().orElseThrow();
    double most = all.stream().mapToDouble(Point::y).max().orElseThrow();
    Axis y = Axis.covering(vertical == Vertical.FROM_ZERO ? Math.min(0, least) : least, most, 5);
    Axis x =
        Axis.within(
            Math.min(1, all.stream().mapToDouble(Point::x).min().orElseThrow()),
            all.stream().mapToDouble(Point::x).max().orElseThrow(),
            6);
    List<Plot.Mark> marks = new ArrayList<>();
    for (double tick : y.ticks()) {
      double shown = vertical == Vertical.PERCENT ? 100 * tick : tick;
      String word = Plot.number(shown) + (vertical == Vertical.PERCENT ? " %" : "");
      marks.add(new Plot.Mark(y.position(tick), word));
    }
    StringBuilder curves = new StringBuilder();
    for (Series one : series) {
      curves.append(curve(one, x, y));
    }
    StringBuilder html = new StringBuilder();
    html.append(new Plot(described(), marks, Plot.marks(x, "")).html(curves));
    if (series.size() > 1) {
      html.append(Bars.legend(series.stream().map(s -> new Bars.Key(s.name, s.color)).toList()));
    }
    return html.toString();
  }

  private static String curve(Series series, Axis x, Axis y) {
    List<Point> points = thinned(series.points);
    String color = series.color;
    if (series.style == Style.DOTS || points.size() == 1) {
      StringBuilder dots = new StringBuilder();
      points.forEach(p -> dots.append('M').append(at(p, x, y)).append("h0"));
      return (points.size() > 1 ? path("l" + color, line(points, x, y)) : "")
          + path("dot l" + color, dots.toString());
    }
    if (series.style == Style.EXACT || points.size() < SMOOTH_FROM) {
      return path("l" + color, line(points, x, y));
    }
    return path("faint l" + color, line(points, x, y))
        + path("l" + color, line(smoothed(points), x, y));
  }

  private static String path(String style, String data) {
    return "<path class=\"" + style + "\" d=\"" + data + "\"/>\n";
  }

  private static String line(List<Point> points, Axis x, Axis y) {
    StringBuilder data = new StringBuilder();
    for (Point point : points) {
      data.append(data.isEmpty() ? 'M' : 'L').append(at(point, x, y));
    }
    return data.toString();
  }

  private static String at(Point point, Axis x, Axis y) {
    return String.format(
        Locale.ROOT, "%.1f %.1f", 1000 * x.position(point.x), 1000 * (1 - y.position(point.y)));
  }

  /** Through each point, the value of the straight line that fits its neighbours best. */
  private static List<Point> smoothed(List<Point> points) {
    int reach = Math.max(2, points.size() / 16);
    List<Point> smooth = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      int from = Math.max(0, i - reach);
      int to = Math.min(points.size(), i + reach + 1);
      smooth.add(new Point(points.get(i).x, fitted(points.subList(from, to), points.get(i).x)));
    }
    return smooth;
  }

  private static double fitted(List<Point> points, double at) {
    double meanX = points.stream().mapToDouble(Point::x).average().orElseThrow();
    double meanY = mean(points);
    double xy = 0;
    double xx = 0;
    for (Point point : points) {
      xy += (point.x - meanX) * (point.y - meanY);
      xx += (point.x - meanX) * (point.x - meanX);
    }
    return xx == 0 ? meanY : meanY + xy / xx * (at - meanX);
  }

  /** At most so many points as can be told apart: means of neighbours. */
  private static List<Point> thinned(List<Point> points) {
    if (points.size() <= MOST_POINTS) {
      return points;
    }
    List<Point> thin = new ArrayList<>();
    for (int i = 0; i < MOST_POINTS; i++) {
      int from = (int) ((long) i * points.size() / MOST_POINTS);
      int to = (int) ((i + 1L) * points.size() / MOST_POINTS);
      thin.add(new Point(points.get((from + to - 1) / 2).x, mean(points.subList(from, to))));
    }
    return thin;
  }

  private static double mean(List<Point> points) {
    return points.stream().mapToDouble(Point::y).average().orElseThrow();
  }

  /** The curves in words. */
  private String described() {
    List<String> words = new ArrayList<>();
    for (Series curve : series) {
      List<Point> points = curve.points;
      if (!points.isEmpty()) {
        Point first = points.get(0);
        Point last = points.get(points.size() - 1);
        words.add(
            curve.name
                + ": from "
                + Units.decimal(first.y)
                + " at step "
                + Plot.number(first.x)
                + " to "
                + Units.decimal(last.y)
                + " at step "
                + Plot.number(last.x)
                + ", least "
                + Units.decimal(points.stream().mapToDouble(Point::y).min().orElseThrow())
                + ", most "
                + Units.decimal(points.stream().mapToDouble(Point::y).max().orElseThrow()));
      }
    }
    return String.join("; ", words);
  }
}
