package dev.statecraft.training.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Gradients in float32 are those in float64. Narrow types have kernels of their own, and paths that
 * overwrite what a float64 model keeps; here all of them run in whole models.
 */
class NarrowTypeTest {
  private static final Closeness CLOSE = Closeness.relative(2e-4).withFloor(1e-3);

  @ParameterizedTest
  @MethodSource("dev.statecraft.training.engine.Methods#ofAllModels")
  void gradientsAreThoseOfFloat64(String name, String method) {
    TinyModel model = TinyModel.of(name);
    Graph graph = Methods.of(model, 0).get(method).apply(model.graph());
    try (Torch torch = Torch.cpu();
        Weights wide = model.controlled(torch, graph);
        Weights narrow = model.weights(torch, graph, DType.FLOAT32, 5)) {
      for (Parameter parameter : wide.parameters()) {
        narrow.value(parameter.name()).copyFrom(wide.value(parameter.name()));
      }
      for (StorePolicy policy : StorePolicy.values()) {
        Map<String, double[]> expected = model.gradients(torch, graph, wide, policy);
        model
            .gradients(torch, graph, narrow, policy)
            .forEach(
                (parameter, gradient) ->
                    CLOSE.check(policy + " " + parameter, gradient, expected.get(parameter)));
      }
    }
  }
}
