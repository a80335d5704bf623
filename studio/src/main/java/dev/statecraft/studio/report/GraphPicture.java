package dev.statecraft.studio.report;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** One layer of a tuned graph as a picture, and the same in words. */
record GraphPicture(LayerGraph layer) {
  private static final double CHARACTER = 6.7;
  private static final double NODE = 24;
  private static final double ROW = 50;
  private static final double MARGIN = 12;

  /** How an arc is drawn. */
  private enum Kind {
    FROZEN("arc"),
    TRAINED("arc trained"),
    CONTROL("arc control");

    private final String style;

    Kind(String style) {
      this.style = style;
    }
  }

  String html() {
    Map<LayeredLayout.Arc, Kind> arcs = arcs();
    Map<String, Double> widths = new LinkedHashMap<>();
    layer
        .states()
        .keySet()
        .forEach(name -> widths.put(name, 18 + CHARACTER * layer.label(name).length()));
    LayeredLayout layout = new LayeredLayout(widths, List.copyOf(arcs.keySet()));
    double width = layout.width() + 2 * MARGIN;
    double height = (layout.height() - 1) * ROW + NODE + 2 * MARGIN;
    StringBuilder svg = new StringBuilder();
    svg.append("<div class=\"wide picture\" tabindex=\"0\" role=\"group\" aria-label=\"");
    svg.append(Page.escape(alternative())).append("\">\n");
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\""
                + " aria-label=\"%s\">\n<defs>%s%s%s</defs>\n",
            width,
            height,
            width,
            height,
            Page.escape(alternative()),
            tip(Kind.FROZEN),
            tip(Kind.TRAINED),
            tip(Kind.CONTROL)));
    // What is highlighted comes last, on top.
    for (Kind kind : Kind.values()) {
      arcs.forEach(
          (arc, of) -> {
            if (of == kind) {
              svg.append(path(layout.route(arc), kind));
            }
          });
    }
    layer.states().values().forEach(s -> svg.append(node(s, layout.at(s.name()), widths)));
    return svg.append("</svg></div>\n").append(legend()).toString();
  }

  private static String tip(Kind kind) {
    return "<marker id=\"tip-"
        + kind.name().toLowerCase(Locale.ROOT)
        + "\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\""
        + " markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"tip "
        + kind.style
        + "\" d=\"M0 0L8 4L0 8z\"/></marker>";
  }

  private Map<LayeredLayout.Arc, Kind> arcs() {
    Map<LayeredLayout.Arc, Kind> arcs = new LinkedHashMap<>();
    for (Edge edge : layer.edges()) {
      for (int i = 0; i < edge.inputs().size(); i++) {
        LayeredLayout.Arc arc = new LayeredLayout.Arc(edge.inputs().get(i).name(), edge.name());
        arcs.merge(arc, kind(edge, i), (a, b) -> a.compareTo(b) > 0 ? a : b);
      }
    }
    return arcs;
  }

  private static Kind kind(Edge edge, int input) {
    if (LayerGraph.isControl(edge)) {
      // Of several inputs the first is the state that is changed.
      return input == 0 && edge.inputs().size() > 1 ? Kind.FROZEN : Kind.CONTROL;
    }
    return edge.isTrainable() ? Kind.TRAINED : Kind.FROZEN;
  }

  private static double y(int row) {
    return MARGIN + row * ROW;
  }

  private static String path(List<LayeredLayout.Point> route, Kind kind) {
    StringBuilder path = new StringBuilder();
    for (int i = 1; i < route.size(); i++) {
      LayeredLayout.Point from = route.get(i - 1);
      LayeredLayout.Point to = route.get(i);
      // Through the height of a row that it passes, then bent over to the next.
      double start = y(from.row()) + NODE;
      double end = y(to.row());
      if (i == 1) {
        path.append(String.format(Locale.ROOT, "M%.1f %.1f", MARGIN + from.x(), start));
      } else {
        path.append(String.format(Locale.ROOT, "V%.1f", start));
      }
      double bend = (start + end) / 2;
      path.append(
          String.format(
              Locale.ROOT,
              "C%.1f %.1f %.1f %.1f %.1f %.1f",
              MARGIN + from.x(),
              bend,
              MARGIN + to.x(),
              bend,
              MARGIN + to.x(),
              end));
    }
    return "<path class=\""
        + kind.style
        + "\" marker-end=\"url(#tip-"
        + kind.name().toLowerCase(Locale.ROOT)
        + ")\" d=\""
        + path
        + "\"/>\n";
  }

  private String node(State state, LayeredLayout.Point at, Map<String, Double> widths) {
    double width = widths.get(state.name());
    boolean stored = layer.stored().contains(state.name());
    String style = layer.computes(state.name()) ? "node" : "node outer";
    double x = MARGIN + at.x();
    return String.format(
        Locale.ROOT,
        "<g class=\"%s\"><title>%s</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\""
            + " height=\"%.0f\" rx=\"4\"/><text x=\"%.1f\" y=\"%.1f\">%s</text></g>%n",
        style + (stored ? " stored" : ""),
        Page.escape(state + (stored ? ", stored for the backward pass" : "")),
        x - width / 2,
        y(at.row()),
        width,
        NODE,
        x,
        y(at.row()) + NODE / 2 + 4,
        Page.escape(layer.label(state.name())));
  }

  private static String legend() {
    return "<ul class=\"legend\"><li><i class=\"line frozen\"></i>frozen edge</li>"
        + "<li><i class=\"line f1\"></i>trained control edge</li>"
        + "<li><i class=\"line f0\"></i>edge whose own weights are trained</li>"
        + "<li><i class=\"box stored\"></i>state that is stored for the backward pass</li>"
        + "<li><i class=\"box outer\"></i>state from elsewhere</li></ul>";
  }

  private String alternative() {
    List<String> trained =
        layer.edges().stream()
            .filter(Edge::isTrainable)
            .map(edge -> layer.label(edge.name()))
            .toList();
    return (layer.index() < 0 ? "The graph: " : "Layer " + layer.index() + ": ")
        + layer.edges().size()
        + " states; trained edges lead to "
        + (trained.isEmpty() ? "none" : String.join(", ", trained));
  }

  /** Rows of a table of all edges: state, computed by, from, trained parameters. */
  List<List<String>> rows() {
    List<List<String>> rows = new ArrayList<>();
    for (Edge edge : layer.edges()) {
      rows.add(
          List.of(
              layer.label(edge.name()),
              edge.op().name(),
              edge.inputs().stream()
                  .map(input -> layer.label(input.name()))
                  .collect(Collectors.joining(", ")),
              edge.parameters().stream()
                  .filter(Parameter::trainable)
                  .map(
                      p -> p.shape().stream().map(String::valueOf).collect(Collectors.joining("×")))
                  .collect(Collectors.joining(", ")),
              layer.stored().contains(edge.name()) ? "stored" : ""));
    }
    return rows;
  }
}
