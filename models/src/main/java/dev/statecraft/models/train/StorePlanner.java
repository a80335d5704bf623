package dev.statecraft.models.train;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StepCost;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.tensor.Torch;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Picks the fastest store policies that fit a budget.
 *
 * <p>Candidates are the four policies for all layers, and for each pair of a policy that does not
 * fit with one that does, the mix with the fewest lean layers that fits ({@link
 * LayerPolicies#mix}). Their peaks come from {@linkplain DryRun dry runs}, some three for a pair:
 * the search starts where the two uniform peaks suggest. Among those that fit, {@link StepCost}
 * decides. What is chosen has itself been run, so it fits to the byte.
 */
public final class StorePlanner implements AutoCloseable {
  private static final List<StorePolicy> POLICIES = List.of(StorePolicy.values());

  private final int layers;
  private final DryRun dryRun;
  private final Map<LayerPolicies, StoreChoice> tried = new HashMap<>();
  private final double costOfAll;

  /**
   * Prepares a search.
   *
   * @param graph a tuned graph
   * @param batch lays out the largest micro-batch
   */
  public StorePlanner(Graph graph, ComputeOptions compute, Function<Torch, Batch> batch) {
    layers = graph.layers().size();
    dryRun = new DryRun(graph, compute, batch);
    costOfAll = cost(dryRun.plan(LayerPolicies.uniform(StorePolicy.ALL)));
  }

  private double cost(StatePlan plan) {
    return StepCost.of(plan, dryRun.extents());
  }

  /** What a step under some policies takes. */
  public StoreChoice of(LayerPolicies policies) {
    return tried.computeIfAbsent(
        policies,
        key -> {
          StatePlan plan = dryRun.plan(key);
          return new StoreChoice(key, dryRun.step(plan), cost(plan) / costOfAll);
        });
  }

  private long peak(LayerPolicies policies) {
    return of(policies).memory().peakBytes();
  }

  /** The smallest budget, in bytes, into which the step fits. */
  public long smallestBudget() {
    return leanest().stream().mapToLong(this::peak).min().orElseThrow();
  }

  /**
   * What may need the least: one policy for all layers, or inputs alone of all but the last layer.
   * What that one computes again comes on top of all other layers' stored states.
   */
  private List<LayerPolicies> leanest() {
    return POLICIES.stream()
        .flatMap(
            policy ->
                Stream.of(
                    LayerPolicies.uniform(policy),
                    LayerPolicies.mix(layers, Math.max(0, layers - 1), StorePolicy.INPUTS, policy)))
        .toList();
  }

  /** The fastest that fits; empty if nothing does. */
  public Optional<StoreChoice> fastest(long budget) {
    StoreChoice all = of(LayerPolicies.uniform(StorePolicy.ALL));
    if (all.memory().peakBytes() <= budget) {
      return Optional.of(all);
    }
    for (StorePolicy lean : POLICIES) {
      for (StorePolicy rest : POLICIES.subList(0, POLICIES.indexOf(lean))) {
        if (fits(LayerPolicies.uniform(lean), budget)
            && !fits(LayerPolicies.uniform(rest), budget)) {
          tryFewestLean(lean, rest, budget);
        }
      }
    }
    if (POLICIES.stream().noneMatch(policy -> fits(LayerPolicies.uniform(policy), budget))) {
      leanest().forEach(this::of);
    }
    return tried.values().stream()
        .filter(choice -> choice.memory().peakBytes() <= budget)
        .min(
            Comparator.comparingDouble(StoreChoice::relativeCompute)
                .thenComparingLong(choice -> choice.memory().peakBytes()));
  }

  private boolean fits(LayerPolicies policies, long budget) {
    return peak(policies) <= budget;
  }

  /** Every lean layer more is taken to need no more memory than before. */
  private void tryFewestLean(StorePolicy lean, StorePolicy rest, long budget) {
    int tooFew = 0;
    int enough = layers;
    long peakOfTooFew = peak(LayerPolicies.uniform(rest));
    long peakOfEnough = peak(LayerPolicies.uniform(lean));
    while (enough - tooFew > 1) {
      double part = (peakOfTooFew - budget) / (double) Math.max(1, peakOfTooFew - peakOfEnough);
      int guess = tooFew + (int) Math.ceil(part * (enough - tooFew));
      int count = Math.max(tooFew + 1, Math.min(enough - 1, guess));
      long peak = peak(LayerPolicies.mix(layers, count, lean, rest));
      if (peak <= budget) {
        enough = count;
        peakOfEnough = peak;
      } else {
        tooFew = count;
        peakOfTooFew = peak;
      }
    }
  }

  @Override
  public void close() {
    dryRun.close();
  }
}
