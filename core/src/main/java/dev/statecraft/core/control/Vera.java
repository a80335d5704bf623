package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Parameter;
import java.util.List;

/**
 * VeRA (Kopiczko et al. 2024): control edges from the input to the output of linears, {@code q' = q
 * + b * (B (d * (A dropout(x))))}. A and B are random, frozen and shared: a linear uses the first
 * columns of A and the first rows of B that it has features for; it trains the vectors d and b.
 *
 * @param rank r
 * @param initial what every d starts at; every b starts at 0
 * @param dropout probability, on the low-rank branch
 * @param seed of A and B
 * @param targets short names of the linears
 * @param layers which layers
 */
public record Vera(
    int rank,
    double initial,
    double dropout,
    long seed,
    List<String> targets,
    LayerSelection layers)
    implements Tuning {
  /** Names of the shared matrices {@code [r, widest input]} and {@code [widest output, r]}. */
  public static final String A = "vera_A";

  /** See {@link #A}. */
  public static final String B = "vera_B";

  /** Ends of the names of a linear's own vectors, {@code [r]} and {@code [out]}. */
  public static final String D_SUFFIX = ".vera_lambda_d";

  /** See {@link #D_SUFFIX}. */
  public static final String B_SUFFIX = ".vera_lambda_b";

  public Vera {
    targets = List.copyOf(targets);
  }

  @Override
  public Graph apply(Graph graph) {
    SharedLowRank update = new SharedLowRank(rank, initial, dropout, seed);
    List<Edge> linears = ProjectionTargets.find(graph, targets, layers);
    Parameter a = update.sharedA(A, linears.stream().mapToLong(Vera::in).max().orElseThrow());
    Parameter b = update.sharedB(B, linears.stream().mapToLong(Vera::out).max().orElseThrow());
    GraphEditor editor = graph.edit();
    for (Edge linear : linears) {
      String module = ProjectionTargets.module(linear);
      editor.control(
          linear.inputs().get(0).name(),
          ProjectionTargets.state(linear),
          update.op(),
          List.of(
              update.d(module + D_SUFFIX), SharedLowRank.b(module + B_SUFFIX, out(linear)), a, b));
    }
    return new HeadTuning().apply(editor.build());
  }

  private static long in(Edge linear) {
    return linear.inputs().get(0).shape().features();
  }

  private static long out(Edge linear) {
    return linear.output().shape().features();
  }
}
