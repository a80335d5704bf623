package dev.statecraft.core.run;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.quant.Quantization;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Which weights may be held quantized: frozen matrices of the base model that products inside
 * layers read, and nothing outside them. As in QLoRA, embeddings, norms, biases and the output head
 * stay as they are: they are few, and the model is most sensitive to them.
 */
public final class QuantizableWeights {
  private QuantizableWeights() {}

  /** Their names. */
  public static Set<String> of(Graph graph) {
    Set<String> found = new LinkedHashSet<>();
    Set<String> outside = new LinkedHashSet<>();
    for (Edge edge : graph.edges()) {
      for (Parameter parameter : edge.parameters()) {
        if (edge.layer() < 0) {
          outside.add(parameter.name());
        } else if (edge.op().cost() == Cost.GEMM && isFrozenMatrix(parameter)) {
          found.add(parameter.name());
        }
      }
    }
    found.removeAll(outside);
    return found;
  }

  private static boolean isFrozenMatrix(Parameter parameter) {
    return parameter.role() == Parameter.Role.BASE
        && !parameter.trainable()
        && parameter.shape().size() == 2;
  }

  /**
   * The names of those that are held in a format; none if it is {@link Quantization#NONE}.
   *
   * @throws UsageException if there is nothing to quantize
   */
  static Set<String> of(Graph graph, Quantization format) {
    if (format == Quantization.NONE) {
      return Set.of();
    }
    Set<String> found = of(graph);
    if (found.isEmpty()) {
      throw new UsageException(
          "quantize: expected frozen linear layers, found none: all of the model is trained");
    }
    return found;
  }
}
