package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.Embedding;

/**
 * Counts the multiplications and additions of a plan's products, by which plans are compared.
 * Passes over memory are not counted.
 */
public final class Flops {
  private final Extents extents;

  private Flops(Extents extents) {
    this.extents = extents;
  }

  /** Floating-point operations of all products of a plan for a batch of this size. */
  public static double of(StatePlan plan, Extents extents) {
    double total = 0;
    for (Step step : plan.steps()) {
      total += of(plan, step, extents);
    }
    return total;
  }

  /** Those of one step. */
  static double of(StatePlan plan, Step step, Extents extents) {
    Flops flops = new Flops(extents);
    if (step instanceof Step.Compute compute) {
      return compute.edges().stream().mapToDouble(flops::forward).sum();
    }
    if (step instanceof Step.Differentiate differentiate) {
      return differentiate.edges().stream()
          .mapToDouble(edge -> flops.backward(edge, plan.demand(edge)))
          .sum();
    }
    return 0;
  }

  private double forward(Edge edge) {
    if (edge.op().cost() == Cost.ATTENTION) {
      // Scores and their product with the values: each queries x keys of a sequence x features.
      double keys = extents.rows(edge.inputs().get(1).shape().axis());
      double length = keys / Math.max(1, extents.rows(Axis.SEQUENCES));
      double seen = edge.op().seenKeys(length);
      return 4.0 * rows(edge) * seen * attentionWidth(edge) + 2 * weights(edge) * rows(edge);
    }
    double weights = weights(edge);
    if (edge.op().cost() == Cost.ONCE) {
      // A loss over an output head computes the gradient of its input along with the scores.
      return 4 * weights * extents.rows(Axis.LABELS);
    }
    return 2 * weights * rows(edge);
  }

  /** Features of queries and keys: the output's, or those that the edge's first weight makes. */
  private static double attentionWidth(Edge edge) {
    return edge.parameters().isEmpty()
        ? edge.output().shape().features()
        : edge.parameters().get(0).size(0);
  }

  private double backward(Edge edge, Demand demand) {
    if (edge.op().cost() == Cost.ATTENTION) {
      // Scores again, and the gradients of values, probabilities, queries and keys.
      return 2.5 * forward(edge);
    }
    if (edge.op().cost() == Cost.ONCE) {
      return 0;
    }
    double products = demand.inputs().contains(true) ? forward(edge) : 0;
    for (int i = 0; i < edge.parameters().size(); i++) {
      if (demand.parameter(i) && isMatrix(edge.parameters().get(i))) {
        products += 2.0 * edge.op().multiplied(edge, i) * rows(edge);
      }
    }
    return products;
  }

  private double rows(Edge edge) {
    return (double) edge.output().shape().elements(extents) / edge.output().shape().features();
  }

  private static double weights(Edge edge) {
    if (edge.op() instanceof Embedding) {
      return 0;
    }
    // A control that reads a weight of the model (DoRA, for the norms) multiplies no row by it.
    boolean control = edge.op().cost() == Cost.CHEAP;
    double weights = 0;
    for (int i = 0; i < edge.parameters().size(); i++) {
      Parameter parameter = edge.parameters().get(i);
      if (isMatrix(parameter) && (!control || parameter.role() == Parameter.Role.CONTROL)) {
        weights += edge.op().multiplied(edge, i);
      }
    }
    return weights;
  }

  private static boolean isMatrix(Parameter parameter) {
    return parameter.shape().size() == 2;
  }
}
