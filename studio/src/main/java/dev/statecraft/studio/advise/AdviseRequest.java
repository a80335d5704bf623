package dev.statecraft.studio.advise;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.recipe.Recipe;
import java.util.List;
import java.util.Optional;

/**
 * What is asked.
 *
 * @param recipe model, data, task, and how steps are computed; its method's rank and alpha are
 *     those of the edges
 * @param places what edges may go around (blocks) or along (linears); empty for all blocks
 * @param budget how many are chosen; empty for a quarter of the candidates
 * @param score by what
 * @param function what chosen edges compute
 * @param examples how many training examples are looked at, at most
 * @param headSteps steps that a fresh head is given before
 * @param dry whether only sizes are told, without weights
 */
public record AdviseRequest(
    Recipe recipe,
    List<String> places,
    Optional<AdviceBudget> budget,
    AdviceScore score,
    String function,
    int examples,
    int headSteps,
    boolean dry) {
  /** Functions that an edge between two states can have without more being said of it. */
  public static final List<String> FUNCTIONS =
      List.of(
          "low-rank",
          "bottleneck",
          "gated",
          "affine",
          "patch",
          "routed",
          "loreft",
          "direft",
          "vera");

  public AdviseRequest {
    places = places.stream().distinct().toList();
    if (!FUNCTIONS.contains(function)) {
      throw new UsageException(
          "function: expected one of " + FUNCTIONS + ", found '" + function + "'");
    }
    if (examples < 1) {
      throw new UsageException("examples: expected 1 or more, found " + examples);
    }
    if (headSteps < 0) {
      throw new UsageException("head-steps: expected 0 or more, found " + headSteps);
    }
  }

  /** The usual for a recipe. */
  public static AdviseRequest of(Recipe recipe) {
    return new AdviseRequest(
        recipe, List.of(), Optional.empty(), AdviceScore.LAST, "low-rank", 64, 30, false);
  }
}
