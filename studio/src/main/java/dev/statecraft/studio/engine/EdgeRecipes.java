package dev.statecraft.studio.engine;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.advise.Candidate;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.ModelDefaults;
import dev.statecraft.studio.recipe.Recipe;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Writes the method that tunes chosen edges.
 *
 * @param defaults what a recipe leaves to the model
 * @param method the keys of the advised recipe's method, by name
 */
record EdgeRecipes(ModelDefaults defaults, Map<String, String> method) {
  private static final String METHOD = "method.";
  private static final String NAME = "name";
  private static final String RANK = "rank";
  private static final String ALPHA = "alpha";
  private static final String DROPOUT = "dropout";
  private static final String LAYERS = "layers";

  /** Methods whose alpha is the factor of an edge; that of others goes by their rank. */
  private static final Set<String> OF_CONTROL =
      Set.of("control", "double-control", "routed", "patch-control");

  /** Functions without an alpha. */
  private static final Set<String> NO_ALPHA = Set.of("vera");

  /** Functions with dropout. */
  private static final Set<String> WITH_DROPOUT = Set.of("low-rank", "routed", "vera");

  /** For the edges of a recipe. */
  static EdgeRecipes of(Recipe recipe, ModelDefaults defaults) {
    Map<String, String> method = new TreeMap<>();
    recipe
        .options()
        .forEach(
            (key, value) -> {
              if (key.startsWith(METHOD)) {
                method.put(key.substring(METHOD.length()), value);
              }
            });
    return new EdgeRecipes(defaults, method);
  }

  /** The rank of the edges, if the method has one. */
  OptionalInt rank() {
    return method.containsKey(RANK)
        ? OptionalInt.of(Integer.parseInt(method.get(RANK)))
        : OptionalInt.empty();
  }

  private boolean hasAlpha() {
    return method.containsKey(ALPHA) && OF_CONTROL.contains(method.get(NAME));
  }

  /** What of the method the edges do not have, in words. */
  Optional<String> leftOut() {
    List<String> others =
        method.keySet().stream()
            .filter(key -> !Set.of(NAME, RANK, DROPOUT, LAYERS).contains(key))
            .filter(key -> !(key.equals(ALPHA) && hasAlpha()))
            .toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "of the recipe's method edges do not have: "
                + String.join(", ", others)
                + "; they have their own defaults");
  }

  /** Those in the layers that the method has. */
  List<Candidate> inLayers(Graph graph, List<Candidate> candidates) {
    if (!method.containsKey(LAYERS)) {
      return candidates;
    }
    Set<Integer> chosen =
        LayerSelection.parse(method.get(LAYERS)).of(graph.layers()).stream()
            .map(Layer::index)
            .collect(Collectors.toSet());
    return candidates.stream().filter(candidate -> chosen.contains(candidate.layer())).toList();
  }

  /**
   * The method of these edges.
   *
   * @param function what each computes
   */
  MethodRecipe method(List<Candidate> edges, String function) {
    return Methods.parse(
        edges.stream()
            .map(edge -> edge(edge, function))
            .collect(Collectors.joining(", ", "{name: edges, edges: [", "]}")));
  }

  private String edge(Candidate edge, String function) {
    StringBuilder text =
        new StringBuilder(
            "{from: '%s', to: '%s', function: '%s'".formatted(edge.from(), edge.to(), function));
    rank().ifPresent(rank -> text.append(", rank: ").append(rank));
    if (hasAlpha() && !NO_ALPHA.contains(function)) {
      text.append(", alpha: ").append(method.get(ALPHA));
    }
    if (method.containsKey(DROPOUT) && WITH_DROPOUT.contains(function)) {
      text.append(", dropout: ").append(method.get(DROPOUT));
    }
    return text.append('}').toString();
  }

  /** The tuning that it is. */
  Tuning tuning(List<Candidate> edges, String function) {
    return method(edges, function).tuning(defaults);
  }
}
