package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import java.util.List;

/**
 * IA3 (Liu et al. 2022) as PEFT defines it: {@link Scaling} of what leaves chosen linears, bias
 * included, or of what enters those called feed-forward.
 *
 * @param targets short names of the linears
 * @param feedForward which of them have their input scaled
 * @param layers which layers
 */
public record Ia3(List<String> targets, List<String> feedForward, LayerSelection layers)
    implements Tuning {
  /** End of the name of a linear's vector, {@code [out, 1]} or {@code [1, in]}. */
  public static final String SUFFIX = ".ia3_l";

  /**
   * Copies.
   *
   * @throws UsageException if a feed-forward linear is no target
   */
  public Ia3 {
    targets = List.copyOf(targets);
    feedForward = List.copyOf(feedForward);
    for (String name : feedForward) {
      if (!targets.contains(name)) {
        throw new UsageException(
            "feedforward: expected some of the targets " + targets + ", found '" + name + "'");
      }
    }
  }

  @Override
  public Graph apply(Graph graph) {
    List<Edge> inputs =
        feedForward.isEmpty() ? List.of() : ProjectionTargets.find(graph, feedForward, layers);
    GraphEditor editor = graph.edit();
    for (Edge linear :
        ProjectionTargets.find(graph, targets, layers).stream().distinct().toList()) {
      if (inputs.contains(linear)) {
        scaleInput(editor, graph, linear);
      } else {
        String state = ProjectionTargets.state(linear);
        editor.checkEnds(state, state);
        editor.follow(
            state, new Scaling().op(), factor(linear, linear.output().shape().features(), 1));
      }
    }
    return new HeadTuning().apply(editor.build());
  }

  private static void scaleInput(GraphEditor editor, Graph graph, Edge linear) {
    String state = linear.inputs().get(0).name();
    List<Parameter> factor = factor(linear, 1, linear.inputs().get(0).shape().features());
    boolean alone = graph.consumers(state).size() == 1 && graph.producer(state).isPresent();
    if (alone) {
      editor.follow(state, new Scaling().op(), factor);
    } else {
      // Others go on reading the state as it is.
      editor.precede(linear.name(), new Scaling().op(), factor);
    }
  }

  /** Whether a vector scales what enters a linear; else what leaves it. */
  public static boolean scalesInput(Parameter vector) {
    return vector.size(0) == 1 && vector.size(1) > 1;
  }

  private static List<Parameter> factor(Edge linear, long rows, long columns) {
    String name = ProjectionTargets.module(linear) + SUFFIX;
    return List.of(Parameter.control(name, Initializer.ONES, rows, columns));
  }
}
