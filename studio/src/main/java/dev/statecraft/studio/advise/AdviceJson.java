package dev.statecraft.studio.advise;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** An advice as JSON has it. What was not measured is not there. */
public final class AdviceJson {
  private AdviceJson() {}

  /**
   * Of an advice.
   *
   * @param recipe where its recipe is
   */
  public static Map<String, Object> map(Advice advice, Path recipe) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("score", advice.score().label());
    map.put("measured", advice.measured());
    map.put("budget", advice.budget().toMap());
    map.put("function", advice.function());
    advice
        .look()
        .ifPresent(
            look -> {
              map.put("examples", look.examples());
              map.put("output_examples", look.outputExamples());
              map.put("outputs", look.outputs());
              map.put("head_steps", look.headSteps());
            });
    map.put("edges", advice.edges().stream().map(e -> map(e, advice.measured())).toList());
    Map<String, Object> functions = new LinkedHashMap<>();
    advice.functions().forEach((name, cost) -> functions.put(name, map(cost)));
    map.put("functions", functions);
    map.put("training_bytes", advice.sizes().training());
    map.put("smallest_bytes", advice.sizes().smallest());
    advice.look().ifPresent(look -> map.put("advice_bytes", look.bytes()));
    map.put("predicted_bytes", advice.sizes().advising());
    map.put("step_bytes", advice.sizes().all());
    map.put("seconds", advice.seconds());
    map.put("recipe", recipe.toString());
    return map;
  }

  private static Map<String, Object> map(AdvisedEdge edge, boolean measured) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("from", edge.from());
    map.put("to", edge.to());
    map.put("layer", edge.layer());
    map.put("place", edge.place());
    if (measured) {
      map.put("controllability", edge.controllability());
      map.put("smallest_eigenvalue", edge.smallestEigenvalue());
      map.put("gain", edge.gain());
      map.put("gradient", edge.gradient());
    }
    map.put("bytes", edge.bytes());
    map.put("parameters", edge.parameters());
    map.put("chosen", edge.chosen());
    return map;
  }

  private static Map<String, Object> map(Advice.FunctionCost cost) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("parameters", cost.parameters());
    map.put("bytes", cost.bytes());
    return map;
  }
}
