package example;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Curves over some seconds, drawn as an SVG picture that needs no other file. */
final class LinePlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final int LEFT = 70;
  private static final int RIGHT = 20;
  private static final int TOP = 50;
  private static final int BOTTOM = 60;
  private static final List<String> COLORS = List.of("#888888", "#0072b2", "#009e73", "#d55e00");

  /** A value for every step of time. */
  private record Curve(String name, double step, List<Double> values) {}

  private final String title;
  private final String acrossLabel;
  private final String upLabel;
  private final List<Curve> curves = new ArrayList<>();

  LinePlot(String title, String acrossLabel, String upLabel) {
    this.title = title;
    this.acrossLabel = acrossLabel;
    this.upLabel = upLabel;
  }

  void add(String name, double step, List<Double> values) {
    curves.add(new Curve(name, step, List.copyOf(values)));
  }

  String svg() {
    double end =
        curves.stream().mapToDouble(c -> c.step() * (c.values().size() - 1)).max().orElse(1);
    double most =
        curves.stream().flatMap(c -> c.values().stream()).max(Double::compare).orElse(1.0);
    double least =
        curves.stream().flatMap(c -> c.values().stream()).min(Double::compare).orElse(0.0);
    double high = Math.ceil(most * 5) / 5;
    double low = Math.min(0, Math.floor(least * 5) / 5);
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"13\">",
        WIDTH,
        HEIGHT);
    line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    line(svg, "<text x=\"%d\" y=\"28\" font-size=\"17\">%s</text>", LEFT, title);
    for (int i = 0; i <= Math.round(end * 2); i++) {
      tick(svg, x(i / 2.0, end), HEIGHT - BOTTOM + 18, "middle", i / 2.0);
    }
    for (int i = 0; i <= Math.round((high - low) * 5); i++) {
      double height = y(low + i / 5.0, low, high);
      tick(svg, LEFT - 8, height + 4, "end", low + i / 5.0);
      line(svg, "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>", LEFT, height, WIDTH - RIGHT);
    }
    line(svg, "<path d=\"M%d %.1fH%d\" stroke=\"#444444\"/>", LEFT, y(0, low, high), WIDTH - RIGHT);
    line(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 18,
        acrossLabel);
    line(
        svg,
        "<text transform=\"translate(20 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
        (TOP + HEIGHT - BOTTOM) / 2,
        upLabel);
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = curves.get(i);
      String color = COLORS.get(i % COLORS.size());
      line(
          svg,
          "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>",
          color,
          points(curve, end, low, high));
      int top = TOP + 14 + 20 * i;
      line(
          svg,
          "<path d=\"M%d %dh24\" stroke=\"%s\" stroke-width=\"3\"/>",
          WIDTH - 230,
          top - 4,
          color);
      line(svg, "<text x=\"%d\" y=\"%d\">%s</text>", WIDTH - 198, top, curve.name());
    }
    return svg.append("</svg>\n").toString();
  }

  /** A tenth of the points is as much as the eye sees. */
  private static String points(Curve curve, double end, double low, double high) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < curve.values().size(); i += 10) {
      points.append(
          String.format(
              Locale.ROOT,
              "%.1f,%.1f ",
              x(curve.step() * i, end),
              y(curve.values().get(i), low, high)));
    }
    return points.toString().strip();
  }

  private static void tick(StringBuilder svg, double x, double y, String anchor, double value) {
    line(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%.1f</text>", x, y, anchor, value);
  }

  private static double x(double time, double end) {
    return LEFT + (WIDTH - LEFT - RIGHT) * time / end;
  }

  private static double y(double value, double low, double high) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low);
  }

  private static void line(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
