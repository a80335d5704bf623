package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Method;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.models.train.ComputeOptions;
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
    List<Method> methods,
    List<StorePolicy> stores,
    OptionalLong budget,
    int batch,
    int sequence,
    ComputeOptions compute) {
  public PlanRequest {
    methods.forEach(method -> method.checkQuantization("--quantize", compute.quantization()));
    methods = List.copyOf(methods);
    stores = List.copyOf(stores);
  }
}
