package dev.statecraft.studio.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places the nodes of a directed acyclic graph in rows, every arc pointing downwards, after
 * Sugiyama, Tagawa and Toda (1981): rows by longest paths, arcs over several rows bent at a
 * stand-in in each, an order within rows by the mean place of neighbours, then coordinates by the
 * same.
 */
final class LayeredLayout {
  private static final double GAP = 14;
  private static final double BEND = 8;
  private static final int SWEEPS = 12;

  /** A node or a stand-in. */
  private static final class Spot {
    private final double width;
    private final int row;
    private final List<Spot> above = new ArrayList<>();
    private final List<Spot> below = new ArrayList<>();
    private double x;

    Spot(double width, int row) {
      this.width = width;
      this.row = row;
    }

    double wish() {
      double sum = 0;
      for (Spot spot : above) {
        sum += spot.x;
      }
      for (Spot spot : below) {
        sum += spot.x;
      }
      int count = above.size() + below.size();
      return count == 0 ? x : sum / count;
    }
  }

  /** An arc between names. */
  record Arc(String from, String to) {}

  /** A point: x is a coordinate, row a number from 0. */
  record Point(double x, int row) {}

  private final Map<String, Spot> spots = new LinkedHashMap<>();
  private final Map<Arc, List<Spot>> routes = new LinkedHashMap<>();
  private final List<List<Spot>> rows = new ArrayList<>();

  /**
   * Lays out a graph.
   *
   * @param widths of the nodes, in an order in which arcs point forward
   * @param arcs between them
   */
  LayeredLayout(Map<String, Double> widths, List<Arc> arcs) {
    Map<String, Integer> row = rows(widths, arcs);
    widths.forEach((name, width) -> spots.put(name, spot(width, row.get(name))));
    for (Arc arc : arcs) {
      if (!routes.containsKey(arc)) {
        routes.put(arc, route(spots.get(arc.from), spots.get(arc.to)));
      }
    }
    for (List<Spot> spotsOfRow : rows) {
      spread(spotsOfRow);
    }
    for (int i = 0; i < SWEEPS; i++) {
      order();
    }
    for (int i = 0; i < SWEEPS; i++) {
      settle();
    }
    double left =
        rows.stream().flatMap(List::stream).mapToDouble(s -> s.x - s.width / 2).min().orElse(0);
    rows.forEach(r -> r.forEach(spot -> spot.x -= left));
  }

  /**
   * One below the lowest that it comes from; what comes from nowhere, right above its first use.
   */
  private static Map<String, Integer> rows(Map<String, Double> widths, List<Arc> arcs) {
    Map<String, Integer> rows = new HashMap<>();
    for (String name : widths.keySet()) {
      rows.put(
          name,
          arcs.stream()
              .filter(arc -> arc.to.equals(name))
              .mapToInt(arc -> rows.get(arc.from) + 1)
              .max()
              .orElse(0));
    }
    for (String name : widths.keySet()) {
      if (arcs.stream().noneMatch(arc -> arc.to.equals(name))) {
        int first =
            arcs.stream()
                .filter(arc -> arc.from.equals(name))
                .mapToInt(arc -> rows.get(arc.to))
                .min()
                .orElse(1);
        rows.put(name, first - 1);
      }
    }
    return rows;
  }

  private Spot spot(double width, int row) {
    Spot spot = new Spot(width, row);
    while (rows.size() <= row) {
      rows.add(new ArrayList<>());
    }
    rows.get(row).add(spot);
    return spot;
  }

  private List<Spot> route(Spot from, Spot to) {
    List<Spot> route = new ArrayList<>(List.of(from));
    for (int row = from.row + 1; row < to.row; row++) {
      route.add(spot(BEND, row));
    }
    route.add(to);
    for (int i = 1; i < route.size(); i++) {
      route.get(i - 1).below.add(route.get(i));
      route.get(i).above.add(route.get(i - 1));
    }
    return route;
  }

  private void order() {
    for (List<Spot> row : rows) {
      row.sort(Comparator.comparingDouble(Spot::wish));
      spread(row);
    }
    for (int i = rows.size() - 1; i >= 0; i--) {
      rows.get(i).sort(Comparator.comparingDouble(Spot::wish));
      spread(rows.get(i));
    }
  }

  /** Side by side around the middle. */
  private static void spread(List<Spot> row) {
    double width = row.stream().mapToDouble(spot -> spot.width + GAP).sum();
    double at = -width / 2;
    for (Spot spot : row) {
      spot.x = at + (spot.width + GAP) / 2;
      at += spot.width + GAP;
    }
  }

  /** Towards their neighbours, as far as those of the row leave room. */
  private void settle() {
    for (List<Spot> row : rows) {
      double[] wishes = row.stream().mapToDouble(Spot::wish).toArray();
      double[] least = new double[row.size()];
      double[] most = new double[row.size()];
      for (int i = 0; i < row.size(); i++) {
        least[i] = i == 0 ? wishes[i] : Math.max(wishes[i], least[i - 1] + apart(row, i));
      }
      for (int i = row.size() - 1; i >= 0; i--) {
        most[i] =
            i == row.size() - 1 ? wishes[i] : Math.min(wishes[i], most[i + 1] - apart(row, i + 1));
      }
      for (int i = 0; i < row.size(); i++) {
        row.get(i).x = (least[i] + most[i]) / 2;
      }
    }
  }

  private static double apart(List<Spot> row, int index) {
    return (row.get(index - 1).width + row.get(index).width) / 2 + GAP;
  }

  /** The middle of a node. */
  Point at(String node) {
    return point(spots.get(node));
  }

  /** Where an arc goes, its ends included. */
  List<Point> route(Arc arc) {
    return routes.get(arc).stream().map(LayeredLayout::point).toList();
  }

  private static Point point(Spot spot) {
    return new Point(spot.x, spot.row);
  }

  /** From the leftmost edge of a node to the rightmost. */
  double width() {
    return rows.stream()
        .flatMap(List::stream)
        .mapToDouble(spot -> spot.x + spot.width / 2)
        .max()
        .orElse(0);
  }

  /** The number of rows. */
  int height() {
    return rows.size();
  }
}
