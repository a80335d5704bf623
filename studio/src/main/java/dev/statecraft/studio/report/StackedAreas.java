package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.training.StepMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The memory of a training step from its begin to its end, its categories one on top of the other.
 *
 * @param timeline moments in order, each as wide as the others
 * @param categories from the bottom up
 */
record StackedAreas(List<StepMemory.Moment> timeline, List<String> categories) {
  private static final double MIB = 1 << 20;
  private static final double GIB = 1 << 30;

  StackedAreas {
    timeline = List.copyOf(timeline);
    categories = List.copyOf(categories);
  }

  String html() {
    long most = timeline.stream().mapToLong(moment -> moment.use().peakBytes()).max().orElse(1);
    double unit = most >= 2 * GIB ? GIB : MIB;
    Axis y = Axis.covering(0, most / unit, 5);
    StringBuilder svg = new StringBuilder();
    double[] below = new double[timeline.size()];
    for (int i = 0; i < categories.size(); i++) {
      double[] above = below.clone();
      for (int j = 0; j < above.length; j++) {
        above[j] += bytes(j, categories.get(i)) / unit;
      }
      svg.append("<path class=\"a").append(Colors.memory(categories.get(i))).append("\" d=\"");
      svg.append(steps(above, y, true)).append(steps(below, y, false)).append("Z\"><title>");
      svg.append(Page.escape(RunFigures.title(categories.get(i)))).append("</title></path>\n");
      below = above;
    }
    String label =
        "Memory over a training step, in " + (unit == GIB ? "GiB" : "MiB") + ". " + fullest();
    return new Plot(label, Plot.marks(y, unit == GIB ? " GiB" : " MiB"), marks()).html(svg)
        + Bars.legend(
            categories.stream()
                .map(name -> new Bars.Key(RunFigures.title(name), Colors.memory(name)))
                .toList());
  }

  private String fullest() {
    StepMemory.Moment fullest = timeline.get(0);
    for (StepMemory.Moment moment : timeline) {
      fullest = moment.use().peakBytes() > fullest.use().peakBytes() ? moment : fullest;
    }
    return "The fullest moment is "
        + fullest.step()
        + ", with "
        + Units.bytes(fullest.use().peakBytes());
  }

  private double bytes(int moment, String category) {
    Map<String, Long> use = timeline.get(moment).use().categories();
    return use.getOrDefault(category, 0L);
  }

  /** A line of steps, or the same back from its end. */
  private String steps(double[] values, Axis y, boolean forth) {
    StringBuilder path = new StringBuilder();
    for (int i = 0; i < values.length; i++) {
      int at = forth ? i : values.length - 1 - i;
      double top = 1000 * (1 - y.position(values[at]));
      double left = 1000.0 * at / values.length;
      double right = 1000.0 * (at + 1) / values.length;
      path.append(path.isEmpty() && forth ? 'M' : 'L');
      path.append(
          String.format(
              Locale.ROOT,
              "%.1f %.1fL%.1f %.1f",
              forth ? left : right,
              top,
              forth ? right : left,
              top));
    }
    return path.toString();
  }

  /** Where the way forward and the way back begin. */
  private List<Plot.Mark> marks() {
    List<Plot.Mark> marks = new ArrayList<>();
    String direction = "";
    for (int i = 0; i < timeline.size(); i++) {
      String word = timeline.get(i).step().split(" ", 2)[0];
      if (!word.equals(direction) && marks.size() < 4) {
        marks.add(new Plot.Mark(i / (double) timeline.size(), word + " →"));
        direction = word;
      }
    }
    return marks;
  }
}
