package dev.statecraft.cli.command;

import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviceFolder;
import dev.statecraft.studio.advise.AdvisedEdge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An advice on a terminal: the ranking, the choice, and what all of it takes. */
record AdviceTables(Advice advice) {
  /** Rows of the ranking that are shown. */
  static final int MOST_ROWS = 24;

  /**
   * All of it.
   *
   * @param columns of the terminal
   */
  String text(int columns) {
    StringBuilder text = new StringBuilder(ranking(columns));
    text.append('\n').append(choice());
    text.append('\n').append(costs(columns));
    if (!advice.functions().isEmpty()) {
      text.append('\n').append(functions(columns));
    }
    return text.append('\n').toString();
  }

  private String ranking(int columns) {
    List<String> header = new ArrayList<>(List.of("rank", "layer", "place"));
    if (advice.measured()) {
      header.addAll(List.of("share", "least λ", "gain", "gradient"));
    }
    header.addAll(List.of("bytes", "parameters"));
    Table table = new Table(header);
    List<AdvisedEdge> edges = advice.edges();
    int shown = Math.min(MOST_ROWS, edges.size());
    for (int i = 0; i < shown; i++) {
      table.row(row(i + 1, edges.get(i)));
    }
    StringBuilder text = new StringBuilder(table.render(columns));
    if (edges.size() > shown) {
      text.append("... and ")
          .append(edges.size() - shown)
          .append(" more in ")
          .append(AdviceFolder.PAGE)
          .append('\n');
    }
    text.append("* chosen");
    if (advice.measured()) {
      text.append("; least λ: the smallest eigenvalue of the edge's Gramian");
    }
    return text.append('\n').toString();
  }

  private List<String> row(int rank, AdvisedEdge edge) {
    List<String> row = new ArrayList<>();
    row.add(rank + (edge.chosen() ? " *" : ""));
    row.add(String.valueOf(edge.layer()));
    row.add(edge.place());
    row.addAll(advice.cells(edge));
    return row;
  }

  private String choice() {
    List<AdvisedEdge> chosen = advice.chosen();
    return "chosen by "
        + advice.score().label()
        + " for "
        + advice.budget().describe()
        + ": "
        + chosen.size()
        + " of "
        + advice.edges().size()
        + " edges, "
        + Units.count(chosen.stream().mapToLong(AdvisedEdge::parameters).sum())
        + " parameters\n"
        + (chosen.isEmpty() ? "" : "  " + advice.chosenInWords() + "\n");
  }

  private String costs(int columns) {
    boolean measured = advice.measured();
    List<String> header = new ArrayList<>(List.of("memory", "predicted"));
    if (measured) {
      header.add("measured");
    }
    Table table = new Table(header);
    Map<String, Long> steps = new LinkedHashMap<>();
    steps.put("a training step of the chosen edges", advice.sizes().training());
    steps.put("a training step of the best edge alone", advice.sizes().smallest());
    steps.put("a training step of all candidates", advice.sizes().all());
    steps.forEach(
        (what, bytes) ->
            table.row(
                measured
                    ? List.of(what, Units.bytes(bytes), "")
                    : List.of(what, Units.bytes(bytes))));
    List<String> advising =
        new ArrayList<>(List.of("advising", Units.bytes(advice.sizes().advising())));
    advice.look().ifPresent(look -> advising.add(Units.bytes(look.bytes())));
    return table.row(advising).render(columns) + effort() + "\n";
  }

  private String effort() {
    return advice.look().map(this::effort).orElse("nothing was measured");
  }

  private String effort(Advice.Look look) {
    return "advising took "
        + Units.seconds(advice.seconds())
        + " on "
        + look.examples()
        + (look.examples() == 1 ? " example" : " examples")
        + (look.headSteps() > 0 ? ", after " + look.headSteps() + " steps of a fresh head" : "");
  }

  private String functions(int columns) {
    Table table = new Table(List.of("function", "parameters", "bytes"));
    advice
        .functions()
        .forEach(
            (name, cost) ->
                table.row(
                    List.of(name, Units.count(cost.parameters()), Units.bytes(cost.bytes()))));
    return "The best edge with each function\n" + table.render(columns);
  }
}
