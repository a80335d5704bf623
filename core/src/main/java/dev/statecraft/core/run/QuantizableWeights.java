package dev.statecraft.core.run;

import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which weights may be held quantized: frozen matrices of the base model that only products inside
 * layers read. As in QLoRA, embeddings, norms, biases and the output head stay as they are: they
 * are few, and the model is most sensitive to them.
 */
public final class QuantizableWeights {
  private QuantizableWeights() {}

  /** Their names. */
  public static Set<String> of(Graph graph) {
    Set<String> found = new LinkedHashSet<>();
    Set<String> others = new LinkedHashSet<>();
    for (Edge edge : graph.edges()) {
      boolean product = edge.layer() >= 0 && edge.op().cost() == Cost.GEMM;
      for (Parameter parameter : edge.parameters()) {
        boolean frozenMatrix =
            parameter.role() == Parameter.Role.BASE
                && !parameter.trainable()
                && parameter.shape().size() == 2;
        (product && frozenMatrix ? found : others).add(parameter.name());
      }
    }
    found.removeAll(others);
    return found;
  }

  /**
   * Their names.
   *
   * @throws IllegalArgumentException if there are none
   */
  static Set<String> required(Graph graph) {
    Set<String> found = of(graph);
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "quantize: expected frozen linear layers, found none: all of the model is trained");
    }
    return found;
  }
}
