package dev.statecraft.studio.report;

import dev.statecraft.studio.advise.AdvisedEdge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A number of all edges by place (rows) and layer (columns): a table of cells in shades of one hue,
 * the chosen ones outlined.
 *
 * @param figure which number
 * @param places in the order of the rows
 * @param edges the best first
 */
record HeatMap(AdviceFigure figure, List<String> places, List<AdvisedEdge> edges) {
  /** With more layers, cells are too narrow for numbers. */
  private static final int MOST_WITH_NUMBERS = 16;

  /** With more layers, their numbers need the room of several. */
  private static final int MOST_NUMBERED = 32;

  /** From where white is read better than black, on paper. */
  private static final double HIGH = 0.62;

  /** From where black is read better than white, on a dark page. */
  private static final double MIDDLE = 0.44;

  HeatMap {
    places = List.copyOf(places);
    edges = List.copyOf(edges);
  }

  /** What is drawn, and in which unit. */
  String caption() {
    String unit = figure.unit(most()).words();
    return figure.caption() + (unit.isEmpty() ? "." : ", " + unit + ".");
  }

  String html() {
    List<Integer> layers = edges.stream().map(AdvisedEdge::layer).distinct().sorted().toList();
    Map<String, Map<Integer, Integer>> ranks = new HashMap<>();
    for (int i = 0; i < edges.size(); i++) {
      AdvisedEdge edge = edges.get(i);
      ranks.computeIfAbsent(edge.place(), p -> new HashMap<>()).putIfAbsent(edge.layer(), i);
    }
    double most = most();
    AdviceFigure.Unit unit = figure.unit(most);
    boolean narrow = layers.size() > MOST_WITH_NUMBERS;
    StringBuilder html = new StringBuilder();
    html.append("<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"")
        .append(Page.escape(figure.title() + " by layer and place"))
        .append("\"><table class=\"heat")
        .append(narrow ? " narrow" : "")
        .append("\" style=\"--layers:")
        .append(layers.size())
        .append("\">\n<thead><tr><th scope=\"col\">layer</th>");
    for (int i = 0; i < layers.size(); i++) {
      html.append("<th scope=\"col\"><span")
          .append(isNumbered(i, layers) ? "" : " class=\"unseen\"")
          .append('>')
          .append(layers.get(i))
          .append("</span></th>");
    }
    html.append("</tr></thead>\n<tbody>\n");
    for (String place : places) {
      html.append("<tr><th scope=\"row\">").append(Page.escape(place)).append("</th>");
      Map<Integer, Integer> row = ranks.getOrDefault(place, Map.of());
      for (int layer : layers) {
        html.append(row.containsKey(layer) ? cell(row.get(layer), most, unit) : "<td></td>");
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div>\n").append(key(most, unit)).toString();
  }

  /** All layers where there is room, else those that are round numbers. */
  private static boolean isNumbered(int index, List<Integer> layers) {
    return layers.size() <= MOST_NUMBERED || layers.get(index) % 5 == 0;
  }

  private double most() {
    return edges.stream().mapToDouble(figure::of).filter(Double::isFinite).max().orElse(0);
  }

  private String cell(int index, double most, AdviceFigure.Unit unit) {
    AdvisedEdge edge = edges.get(index);
    double value = figure.of(edge);
    double part = most > 0 ? Math.max(0, Math.min(1, value / most)) : 0;
    List<String> classes = new ArrayList<>();
    if (!Double.isFinite(value)) {
      part = 0;
      classes.add("none");
    }
    if (part >= MIDDLE) {
      classes.add(part >= HIGH ? "high" : "middle");
    }
    if (edge.chosen()) {
      classes.add("chosen");
    }
    String title =
        "layer "
            + edge.layer()
            + ", "
            + edge.place()
            + ": "
            + figure.shown(edge)
            + "; rank "
            + (index + 1)
            + " of "
            + edges.size()
            + (edge.chosen() ? ", chosen" : "");
    return String.format(
        Locale.ROOT,
        "<td class=\"%s\" style=\"--part:%.3f\" title=\"%s\"><span>%s</span></td>",
        String.join(" ", classes),
        part,
        Page.escape(title),
        Double.isFinite(value) ? unit.shown(value) : "&ndash;");
  }

  private static String key(double most, AdviceFigure.Unit unit) {
    String numbers =
        most > 0
            ? "<span>0</span><span>"
                + unit.shown(most / 2)
                + "</span><span>"
                + unit.shown(most)
                + "</span>"
            : "<span>0</span>";
    return "<div class=\"heat-key\"><div><i></i><p>"
        + numbers
        + "</p></div><span><b></b>chosen</span></div>";
  }
}
