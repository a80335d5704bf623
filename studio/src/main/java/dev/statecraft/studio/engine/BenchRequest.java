package dev.statecraft.studio.engine;

import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.training.ComputeOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A training step to be measured on random weights.
 *
 * @param config a model's config.json
 * @param method how it is tuned
 * @param batch sequences (or images) of a step
 * @param sequence tokens of a sequence; images have as many as they have
 * @param lengths packs {@code batch * sequence} tokens of shorter sequences instead
 * @param compute how steps are computed
 * @param store which states are stored; empty where the budget decides
 * @param budget the most bytes that tensors may take, if there is a limit
 * @param steps how many to take
 * @param profile whether to measure each op, which itself takes a little time
 * @param check whether to measure the gradients' error against exact states afterwards
 */
public record BenchRequest(
    Path config,
    MethodRecipe method,
    int batch,
    int sequence,
    Optional<LengthRange> lengths,
    ComputeOptions compute,
    Optional<StorePolicy> store,
    OptionalLong budget,
    int steps,
    boolean profile,
    boolean check) {
  public BenchRequest {
    method.checkQuantization("--quantize", compute.quantization());
    PlanRequest.checkTokens(batch, sequence);
    PlanRequest.atLeast("--steps", 2, steps);
  }

  /** Tokens of each sequence of a step. */
  List<Integer> sequences() {
    return lengths
        .map(range -> range.fill(batch * sequence, 0))
        .orElseGet(() -> Collections.nCopies(batch, sequence));
  }
}
