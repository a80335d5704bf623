package dev.statecraft.cli.command;

import dev.statecraft.adapters.combine.CombinedEdge;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.TaskScores;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What came of a combination, as tables: edges by what they are in every layer, and scores. */
record CombineTables(CombineOutcome outcome) {
  /** Edges that differ in their layer alone. */
  private record Same(
      String group, List<String> runs, String action, List<Integer> ranks, String why) {}

  String edges() {
    Map<Same, List<CombinedEdge>> groups = new LinkedHashMap<>();
    for (CombinedEdge edge : outcome.edges()) {
      Same same =
          new Same(edge.group(), edge.runs(), edge.action().label(), edge.ranks(), edge.why());
      groups.computeIfAbsent(same, key -> new ArrayList<>()).add(edge);
    }
    Table table = new Table(List.of("edge", "edges", "of", "action", "rank", "bytes", "kept"));
    groups.forEach(
        (same, edges) ->
            table.row(
                List.of(
                    same.group(),
                    String.valueOf(edges.size()),
                    String.join(", ", same.runs()),
                    same.action(),
                    rank(same, edges),
                    Units.bytes(edges.stream().mapToLong(CombinedEdge::bytes).sum()),
                    kept(edges))));
    StringBuilder text = new StringBuilder(table.render());
    groups.keySet().stream()
        .filter(same -> same.action().equals("trimmed"))
        .forEach(
            same ->
                text.append("trimmed: ")
                    .append(same.group())
                    .append(" of ")
                    .append(String.join(", ", same.runs()))
                    .append(" ")
                    .append(same.why())
                    .append('\n'));
    return text.append("all edges: ").append(Units.bytes(outcome.bytes())).append('\n').toString();
  }

  private static String rank(Same same, List<CombinedEdge> edges) {
    List<Integer> ranks =
        edges.stream().flatMap(e -> e.rank().stream().boxed()).distinct().sorted().toList();
    if (ranks.isEmpty()) {
      return "-";
    }
    String result =
        ranks.size() == 1
            ? ranks.get(0).toString()
            : ranks.get(0) + "-" + ranks.get(ranks.size() - 1);
    return same.ranks().size() < 2
        ? result
        : same.ranks().stream().map(String::valueOf).collect(Collectors.joining("+"))
            + " -> "
            + result;
  }

  /** The mean over the edges. */
  private static String kept(List<CombinedEdge> edges) {
    OptionalDouble mean = edges.stream().flatMapToDouble(edge -> edge.kept().stream()).average();
    return mean.isPresent() ? String.format(Locale.ROOT, "%.1f %%", 100 * mean.getAsDouble()) : "-";
  }

  String scores() {
    Table table = new Table(List.of("task", "metric", "own", "combined", "base"));
    for (TaskScores row : outcome.scores()) {
      table.row(
          List.of(
              row.task(),
              row.metric(),
              Units.decimal(row.own()),
              Units.decimal(row.combined()),
              Units.decimal(row.base())));
    }
    return table.render();
  }
}
