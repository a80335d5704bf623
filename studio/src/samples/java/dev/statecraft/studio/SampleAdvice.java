package dev.statecraft.studio;

import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviceBudget;
import dev.statecraft.studio.advise.AdviceScore;
import dev.statecraft.studio.advise.AdviseRequest;
import dev.statecraft.studio.advise.AdvisedEdge;
import dev.statecraft.studio.recipe.Recipe;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Advice made up for tests of what shows it. */
public final class SampleAdvice {
  private SampleAdvice() {}

  /** A request for so many edges of some places. */
  public static AdviseRequest request(List<String> places, int edges, boolean dry) {
    Recipe recipe = SampleRuns.recipe("control", Path.of("runs").toAbsolutePath());
    AdviseRequest usual = AdviseRequest.of(recipe);
    return new AdviseRequest(
        recipe,
        places,
        Optional.of(new AdviceBudget.Edges(edges)),
        AdviceScore.GRADIENT,
        usual.function(),
        usual.examples(),
        usual.headSteps(),
        dry);
  }

  /**
   * Advice on a model of so many layers, each with the places that are asked for, or all blocks.
   */
  public static Advice of(AdviseRequest request, int layers) {
    List<String> places =
        request.places().isEmpty() ? List.of("attn", "mlp", "block") : request.places();
    List<AdvisedEdge> edges = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      for (int place = 0; place < places.size(); place++) {
        edges.add(edge(request.dry(), places.get(place), place, layer, layers * places.size()));
      }
    }
    if (!request.dry()) {
      edges.sort(Comparator.comparingDouble(AdvisedEdge::gradient).reversed());
    }
    AdviceBudget budget = request.budget().orElse(new AdviceBudget.Edges(6));
    int chosen = ((Number) budget.toMap().getOrDefault("edges", 2)).intValue();
    for (int i = 0; i < chosen; i++) {
      edges.set(i, edges.get(i).choose());
    }
    Map<String, Advice.FunctionCost> functions = new LinkedHashMap<>();
    functions.put("low-rank", new Advice.FunctionCost(6144, 3 << 20));
    functions.put("gated", new Advice.FunctionCost(6537, 4 << 20));
    functions.put("bottleneck", new Advice.FunctionCost(6536, 5 << 20));
    return new Advice(
        edges,
        request.score(),
        budget,
        request.function(),
        functions,
        request.dry()
            ? Optional.empty()
            : Optional.of(
                new Advice.Look(List.of("bug", "praise", "<other>"), 64, 32, 30, 240L << 20)),
        new Advice.Sizes(312L << 20, 201L << 20, 512L << 20, 238L << 20),
        request.dry() ? 0.25 : 12.5,
        request.recipe().toYaml());
  }

  /** Scores that rise with the layer, each place's by another slope; none if dry. */
  private static AdvisedEdge edge(boolean dry, String place, int index, int layer, int all) {
    double height = (1 + layer * (1 + 0.3 * Math.sin(layer * 2 + index))) / (1 + index);
    return new AdvisedEdge(
        place,
        layer,
        "layers." + layer + "." + place + ".from",
        "layers." + layer + "." + place + ".to",
        dry ? 0 : height / (3.0 * all),
        dry ? 0 : 1e-6 * height,
        dry ? 0 : 1 / (1 + 0.2 * height),
        dry ? 0 : 2e-4 * height,
        (long) ((3 + index) * 1.5 * (1 << 20)) + 4096L * (40 - layer),
        6144L * (1 + index),
        false);
  }
}
