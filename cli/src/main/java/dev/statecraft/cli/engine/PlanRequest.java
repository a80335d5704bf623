package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Method;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Quantization;
import java.util.List;
import java.util.OptionalLong;

/**
 * Training steps whose memory is to be predicted.
 *
 * @param model a config.json (absolute), or a model of the Hub
 * @param methods how it might be tuned
 * @param stores which states might be stored
 * @param budget the most bytes a step may take; then a row for each method is chosen by it
 * @param states in which form they might be stored
 * @param batch sequences (or images) of a step
 * @param sequence tokens of a sequence
 * @param dtype of the frozen weights and the states
 * @param quantization of the frozen linears inside layers
 */
public record PlanRequest(
    String model,
    List<Method> methods,
    List<StorePolicy> stores,
    OptionalLong budget,
    StateFormat states,
    int batch,
    int sequence,
    DType dtype,
    Quantization quantization) {
  public PlanRequest {
    methods.forEach(method -> method.checkQuantization("--quantize", quantization));
    methods = List.copyOf(methods);
    stores = List.copyOf(stores);
  }
}
