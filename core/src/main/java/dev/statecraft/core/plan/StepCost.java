package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.State;

/**
 * What plans of one graph are ranked by: the {@linkplain Flops operations} of their products, and
 * every state they compute, compress or restore as a pass over memory.
 *
 * <p>A number that is written counts as {@value #PER_NUMBER} operations. A pass reads and writes 4
 * to 12 bytes for each number of its result; processors do 5 to 20 operations of a product in the
 * time that moves a byte. So a plan that only computes cheap states again costs little more than
 * one that stores everything, one that takes wide products again more, and one that takes all
 * products of a layer again the most.
 */
public final class StepCost {
  private static final double PER_NUMBER = 64;

  private StepCost() {}

  /** Operations of a plan for a batch of this size; comparable between plans of one graph. */
  public static double of(StatePlan plan, Extents extents) {
    double numbers = 0;
    for (Step step : plan.steps()) {
      numbers += written(step, extents);
    }
    return Flops.of(plan, extents) + PER_NUMBER * numbers;
  }

  /** The same by layer, with what is outside of so many layers behind them. */
  public static double[] byLayer(StatePlan plan, Extents extents, int layers) {
    double[] costs = new double[layers + 1];
    for (Step step : plan.steps()) {
      int layer = layer(plan, step);
      costs[layer >= 0 && layer < layers ? layer : layers] +=
          Flops.of(plan, step, extents) + PER_NUMBER * written(step, extents);
    }
    return costs;
  }

  private static int layer(StatePlan plan, Step step) {
    if (step instanceof Step.Compute compute) {
      return compute.edges().get(0).layer();
    }
    if (step instanceof Step.Differentiate differentiate) {
      return differentiate.edges().get(0).layer();
    }
    if (step instanceof Step.Compress compress) {
      return layer(plan, compress.state());
    }
    return step instanceof Step.Restore restore ? layer(plan, restore.state()) : -1;
  }

  private static int layer(StatePlan plan, State state) {
    return plan.graph().producer(state.name()).map(Edge::layer).orElse(-1);
  }

  private static double written(Step step, Extents extents) {
    double numbers = 0;
    if (step instanceof Step.Compute compute) {
      for (Edge edge : compute.edges()) {
        numbers += edge.output().shape().elements(extents);
      }
    } else if (step instanceof Step.Compress compress) {
      numbers += compress.state().shape().elements(extents);
    } else if (step instanceof Step.Restore restore) {
      numbers += restore.state().shape().elements(extents);
    }
    return numbers;
  }
}
