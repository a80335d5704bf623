package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import java.util.List;

/**
 * Trains the model's own norms, as Houlsby et al. (2019) do beside their adapters: weights and
 * biases of LayerNorm, weights of RMSNorm.
 *
 * @param layers whose norms; if these are all layers, norms outside of them too, as that of the
 *     embeddings
 */
public record NormTuning(LayerSelection layers) implements Tuning {
  @Override
  public Graph apply(Graph graph) {
    List<Layer> chosen = layers.of(graph.layers());
    boolean all = chosen.size() == graph.layers().size();
    List<Integer> indices = chosen.stream().map(Layer::index).toList();
    Graph tuned =
        graph
            .edit()
            .replaceAll(
                edge ->
                    edge.op().isNorm() && (all || indices.contains(edge.layer()))
                        ? trained(edge)
                        : edge)
            .build();
    return new HeadTuning().apply(tuned);
  }

  private static Edge trained(Edge norm) {
    return norm.withParameters(
        norm.parameters().stream().map(parameter -> parameter.withTrainable(true)).toList());
  }
}
