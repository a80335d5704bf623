package dev.statecraft.studio.report;

import dev.statecraft.base.Units;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.advise.AdvisedEdge;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The page of an advice: what was asked, heat maps of all candidates, the ranking, the choice. */
public final class AdvicePage {
  /** Rows of the ranking that are shown at once. */
  private static final int FIRST_ROWS = 40;

  private final AdviseRequest request;
  private final Advice advice;
  private final Page page = new Page("Statecraft advice");

  private AdvicePage(AdviseRequest request, Advice advice) {
    this.request = request;
    this.advice = advice;
  }

  /** The page of what was answered to a request. */
  public static String html(AdviseRequest request, Advice advice) {
    return new AdvicePage(request, advice).made().html();
  }

  private Page made() {
    page.lead(
        request.recipe().model()
            + ", "
            + request.recipe().task().type()
            + ": which of its edges are worth their memory on this data, before any training.");
    choice();
    asked();
    heatMaps();
    ranking();
    functions();
    page.heading("What the numbers mean").list(meanings());
    page.details("Recipe of the chosen edges", advice.recipe());
    return page;
  }

  private void choice() {
    List<AdvisedEdge> chosen = advice.chosen();
    page.heading("The choice");
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Edges", Units.count(chosen.size()) + " of " + Units.count(advice.edges().size()));
    facts.put("Parameters", Units.count(chosen.stream().mapToLong(AdvisedEdge::parameters).sum()));
    facts.put("Training step, predicted", Units.bytes(advice.sizes().training()));
    facts.put("Step of the best edge alone", Units.bytes(advice.sizes().smallest()));
    facts.put("Step of all candidates", Units.bytes(advice.sizes().all()));
    page.facts(facts);
    page.caption(
        chosen.isEmpty() ? "No edge is chosen." : "Chosen: " + advice.chosenInWords() + ".");
    if (!advice.measured()) {
      page.caption("Nothing was measured: these are sizes alone, and the choice has seen no data.");
    }
  }

  private void asked() {
    Map<String, String> asked = new LinkedHashMap<>();
    asked.put("Model", request.recipe().model());
    asked.put("Task", request.recipe().task().type());
    asked.put(
        "Places", request.places().isEmpty() ? "all blocks" : String.join(", ", request.places()));
    asked.put("Ranked by", advice.score().label());
    asked.put("Budget", advice.budget().describe());
    asked.put("Function of an edge", advice.function());
    advice
        .look()
        .ifPresent(
            look -> {
              asked.put(
                  "Examples",
                  Units.count(look.examples())
                      + " for the loss, "
                      + Units.count(look.outputExamples())
                      + " for outputs");
              asked.put("Outputs", String.join(", ", look.outputs()));
              asked.put("Head", head(look));
            });
    asked.put("Advising", cost());
    page.heading("What was asked").texts(asked);
  }

  private static String head(Advice.Look look) {
    return look.headSteps() == 0
        ? "as it was"
        : "fresh, and given " + Units.count(look.headSteps()) + " steps before";
  }

  private String cost() {
    String predicted = Units.bytes(advice.sizes().advising());
    String took =
        advice
            .look()
            .map(
                look ->
                    Units.seconds(advice.seconds())
                        + " and "
                        + Units.bytes(look.bytes())
                        + " (predicted "
                        + predicted
                        + ")")
            .orElse("would take " + predicted);
    return took + "; a training step of all candidates takes " + Units.bytes(advice.sizes().all());
  }

  private void heatMaps() {
    List<String> places = places();
    for (AdviceFigure figure : AdviceFigure.values()) {
      if (figure.isMeasured() && !advice.measured()) {
        continue;
      }
      HeatMap map = new HeatMap(figure, places, advice.edges());
      boolean ranks = figure.title().equalsIgnoreCase(advice.score().label());
      page.heading(figure.title() + (ranks ? ", by which edges are ranked" : ""));
      page.caption(map.caption());
      page.add(map.html());
    }
  }

  /** Those that were asked for as they were, then blocks, then linears. */
  private List<String> places() {
    List<String> first = new ArrayList<>(request.places());
    BlockName.IN_RECIPES.forEach(block -> first.add(block.label()));
    return advice.edges().stream()
        .map(AdvisedEdge::place)
        .distinct()
        .sorted(
            Comparator.comparingInt(
                    (String p) -> first.contains(p) ? first.indexOf(p) : first.size())
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private void ranking() {
    List<String> header = new ArrayList<>(List.of("Rank", "Layer", "Place"));
    if (advice.measured()) {
      header.addAll(List.of("Share", "Smallest eigenvalue", "Gain", "Gradient"));
    }
    header.addAll(List.of("Memory", "Parameters", "Chosen"));
    List<List<String>> rows = new ArrayList<>();
    for (int i = 0; i < advice.edges().size(); i++) {
      rows.add(row(i + 1, advice.edges().get(i)));
    }
    page.heading("All candidates, the best first");
    page.table(header, rows.subList(0, Math.min(FIRST_ROWS, rows.size())));
    if (rows.size() > FIRST_ROWS) {
      Page rest = Page.part();
      rest.table(header, rows.subList(FIRST_ROWS, rows.size()));
      page.detailsOf("The other " + Units.count(rows.size() - FIRST_ROWS), rest);
    }
  }

  private List<String> row(int rank, AdvisedEdge edge) {
    List<String> row = new ArrayList<>();
    row.add(String.valueOf(rank));
    row.add(String.valueOf(edge.layer()));
    row.add(edge.place());
    row.addAll(advice.cells(edge));
    row.add(edge.chosen() ? "yes" : "");
    return row;
  }

  private void functions() {
    if (advice.functions().isEmpty()) {
      return;
    }
    page.heading("What the best edge would take with each function");
    List<List<String>> rows = new ArrayList<>();
    advice
        .functions()
        .forEach(
            (name, cost) ->
                rows.add(
                    List.of(
                        name + (name.equals(advice.function()) ? " (chosen)" : ""),
                        Units.count(cost.parameters()),
                        Units.bytes(cost.bytes()))));
    page.table(List.of("Function", "Parameters", "Memory"), rows);
  }

  private List<String> meanings() {
    List<String> meanings = new ArrayList<>();
    if (advice.measured()) {
      meanings.add(
          "Controllability, in the table the share, is the part of an edge in the trace of the sum"
              + " of all candidates' finite-horizon Gramians, on the subspace of the outputs: how"
              + " far small changes there can move what the model says. It does not ask whether the"
              + " loss would fall.");
      meanings.add(
          "The smallest eigenvalue of an edge's Gramian is how much the edge moves the output that"
              + " it moves least. Near zero, there are outputs that it cannot move alone.");
      meanings.add(
          "Gain is the column sum of the relative gain array of the edges' first steps: near 1, no"
              + " other candidate's step moves the same outputs as far; near 0, others move them"
              + " farther. Of two edges that do the same, the one of the larger step has it.");
      meanings.add(
          "Gradient is the norm of an edge's gradient at zero, normalised by the covariance of what"
              + " it reads: how fast the loss would fall in the first step. What later steps find,"
              + " it does not see.");
    }
    meanings.add(
        "Memory is what a training step of one edge alone takes beside the frozen weights,"
            + " predicted without weights. Edges share stored states, so several may take less than"
            + " their sum; the training step of the choice was predicted as a whole.");
    advice
        .look()
        .ifPresent(
            look ->
                meanings.add(
                    "All scores are of the model before training, linearised, on "
                        + Units.count(look.examples())
                        + (look.examples() == 1 ? " example" : " examples")
                        + " and the head that there was. Other examples give other scores. They"
                        + " rank; they do not promise accuracy."));
    List<String> blind =
        Arrays.stream(AdviceScore.values())
            .filter(score -> !score.isMeasured())
            .map(AdviceScore::label)
            .toList();
    meanings.add(
        "Whether a score chooses better than what looks at no data ("
            + String.join(", ", blind)
            + ") is for measurements to say: docs/advice.md has some.");
    return meanings;
  }
}
