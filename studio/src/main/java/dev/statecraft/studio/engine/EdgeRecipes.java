package dev.statecraft.studio.engine;

import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.advise.Candidate;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.ModelDefaults;
import dev.statecraft.studio.recipe.Recipe;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * Writes the method that tunes chosen edges.
 *
 * @param defaults what a recipe leaves to the model
 * @param rank of the edges, if the advised recipe has one
 */
record EdgeRecipes(ModelDefaults defaults, OptionalInt rank) {
  private static final String RANK = "method.rank";

  /** For the edges of a recipe's rank. */
  static EdgeRecipes of(Recipe recipe, ModelDefaults defaults) {
    Optional<String> rank = Optional.ofNullable(recipe.options().get(RANK));
    return new EdgeRecipes(
        defaults,
        rank.map(text -> OptionalInt.of(Integer.parseInt(text))).orElse(OptionalInt.empty()));
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
    return "{from: '%s', to: '%s', function: '%s'%s}"
        .formatted(
            edge.from(), edge.to(), function, rank.isPresent() ? ", rank: " + rank.getAsInt() : "");
  }

  /** The tuning that it is. */
  Tuning tuning(List<Candidate> edges, String function) {
    return method(edges, function).tuning(defaults);
  }
}
