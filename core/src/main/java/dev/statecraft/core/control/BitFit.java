package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Layer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * BitFit (Ben Zaken et al. 2022): trains the biases of linears, by a {@link Shift} of what leaves
 * each. b is what is added to the linear's own bias, if it has one, which stays frozen: it trains
 * as the bias would, but weight decay draws it to the pretrained bias, not to zero.
 *
 * @param targets short names of the linears; empty for all of a layer
 * @param layers which layers
 */
public record BitFit(List<String> targets, LayerSelection layers) implements Tuning {
  /** End of the name of a linear's vector, {@code [out]}. */
  public static final String SUFFIX = ".bitfit_b";

  public BitFit {
    targets = List.copyOf(targets);
  }

  @Override
  public Graph apply(Graph graph) {
    Shift b = new Shift();
    GraphEditor editor = graph.edit();
    for (Edge linear :
        ProjectionTargets.find(graph, names(graph), layers).stream().distinct().toList()) {
      String state = ProjectionTargets.state(linear);
      editor.checkEnds(state, state);
      editor.follow(
          state,
          b.op(),
          b.parameters(
              any -> ProjectionTargets.module(linear) + SUFFIX,
              linear.inputs().get(0).shape().features(),
              linear.output().shape().features()));
    }
    return new HeadTuning().apply(editor.build());
  }

  private List<String> names(Graph graph) {
    if (!targets.isEmpty()) {
      return targets;
    }
    Set<String> all = new TreeSet<>();
    for (Layer layer : layers.of(graph.layers())) {
      all.addAll(layer.projections().keySet());
    }
    return List.copyOf(all);
  }
}
