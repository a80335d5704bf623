package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.training.ComputeOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Passes of an answering model that are to be measured on random weights, with methods' edges and
 * without.
 *
 * @param config a model's config.json
 * @param methods how it is tuned, by what the user called it
 * @param all whether they are all there are, so that those that do not fit the model are left out
 * @param batch sequences (or images) of a pass over prompts; single tokens are of one sequence
 * @param lengths tokens of a prompt, each a row; images have as many as they have
 * @param newTokens that follow a prompt
 * @param compute how passes are computed
 * @param repetitions of every measurement
 */
public record InferenceRequest(
    Path config,
    Map<String, MethodRecipe> methods,
    boolean all,
    int batch,
    List<Integer> lengths,
    int newTokens,
    ComputeOptions compute,
    int repetitions) {
  public InferenceRequest {
    lengths = List.copyOf(lengths);
    if (lengths.isEmpty()) {
      throw new UsageException("--lengths: expected one length or more, found none");
    }
    lengths.forEach(length -> PlanRequest.atLeast("--lengths", 1, length));
    lengths.forEach(length -> PlanRequest.checkTokens(batch, Math.max(2, length)));
    PlanRequest.atLeast("--new-tokens", 1, newTokens);
    PlanRequest.atLeast("--steps", 2, repetitions);
  }
}
