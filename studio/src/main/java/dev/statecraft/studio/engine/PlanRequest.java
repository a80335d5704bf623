package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.training.ComputeOptions;
import java.util.List;
import java.util.OptionalLong;

/**
 * Training steps whose memory is to be predicted.
 *
 * @param model a config.json (absolute), or a model of the Hub
 * @param methods how it might be tuned
 * @param stores which states might be stored
 * @param budget the most bytes a step may take; then a row for each method is chosen by it
 * @param batch sequences (or images) of a step
 * @param sequence tokens of a sequence
 * @param compute how steps are computed; nothing needs the device itself
 */
public record PlanRequest(
    String model,
    List<MethodRecipe> methods,
    List<StorePolicy> stores,
    OptionalLong budget,
    int batch,
    int sequence,
    ComputeOptions compute) {
  public PlanRequest {
    methods.forEach(method -> method.checkQuantization("--quantize", compute.quantization()));
    checkTokens(batch, sequence);
    methods = List.copyOf(methods);
    stores = List.copyOf(stores);
  }

  /** Makes sure that a step's tokens can be counted by an int, as positions are. */
  static void checkTokens(int batch, int sequence) {
    atLeast("--batch", 1, batch);
    atLeast("--seq", 2, sequence);
    long tokens = (long) batch * sequence;
    if (tokens > Integer.MAX_VALUE) {
      throw new UsageException(
          "--batch times --seq: expected at most "
              + Integer.MAX_VALUE
              + " tokens of a step, found "
              + tokens);
    }
  }

  static void atLeast(String option, int least, int value) {
    if (value < least) {
      throw new UsageException(option + ": expected " + least + " or more, found " + value);
    }
  }
}
