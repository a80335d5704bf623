package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.plan.StepCost;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.core.run.Batch;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Picks the fastest store policies that fit a budget.
 *
 * <p>{@link PolicyMixes} tells the cheapest mix of all four policies that should fit, from dry runs
 * of the uniform ones. It is run dry; where it takes more or less than expected, another is asked
 * for with less or more room. Then single layers are given faster policies as long as it fits. The
 * number of {@linkplain DryRun dry runs} is bounded; of few layers all mixes are tried. Among all
 * that fit, {@link StepCost} decides. What is chosen has itself been run, so it fits to the byte.
 */
public final class StorePlanner implements AutoCloseable {
  private static final List<StorePolicy> POLICIES = List.of(StorePolicy.values());

  /** Layers that the dry runs of one search have together, at most: a deep model's take longer. */
  private static final int LAYERS_RUN = 384;

  /** Of so few layers all mixes are run. */
  private static final int FEW = 3;

  /** Part of the budget by which the search varies it. */
  private static final double STEP = 0.02;

  private final int layers;
  private final DryRun dryRun;
  private final Map<LayerPolicies, StoreChoice> tried = new HashMap<>();
  private final double costOfAll;
  private PolicyMixes mixes;

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

  private PolicyMixes mixes() {
    if (mixes == null) {
      mixes = new PolicyMixes(layers, this::measured);
    }
    return mixes;
  }

  /** The same step from begin to end. */
  private PolicyMixes.Measured measured(LayerPolicies policies) {
    StepMemory memory = dryRun.timeline(policies);
    List<Double> cost =
        Arrays.stream(StepCost.byLayer(dryRun.plan(policies), dryRun.extents(), layers))
            .map(operations -> operations / costOfAll)
            .boxed()
            .toList();
    tried.putIfAbsent(
        policies,
        new StoreChoice(policies, memory.peak(), cost(dryRun.plan(policies)) / costOfAll));
    return new PolicyMixes.Measured(memory, cost);
  }

  private long peak(LayerPolicies policies) {
    return of(policies).memory().peakBytes();
  }

  /** How many steps have been run dry. */
  int dryRuns() {
    return tried.size();
  }

  /** The smallest budget, in bytes, into which the step fits, as far as is known. */
  public long smallestBudget() {
    return leanest().stream().mapToLong(this::peak).min().orElseThrow();
  }

  /**
   * What may need the least: one policy for all layers, or inputs alone of all but the last layer.
   * What that one computes again comes on top of all other layers' stored states.
   */
  private List<LayerPolicies> leanest() {
    mixes();
    List<LayerPolicies> leanest = new ArrayList<>();
    for (StorePolicy policy : POLICIES) {
      leanest.add(LayerPolicies.uniform(policy));
      leanest.add(LayerPolicies.mix(layers, Math.max(0, layers - 1), StorePolicy.INPUTS, policy));
    }
    return leanest;
  }

  /** The fastest that fits; empty if nothing does. */
  public Optional<StoreChoice> fastest(long budget) {
    StoreChoice all = of(LayerPolicies.uniform(StorePolicy.ALL));
    if (all.memory().peakBytes() <= budget) {
      return Optional.of(all);
    }
    return budget < smallestBudget() ? Optional.empty() : Optional.of(new Search(budget).best());
  }

  /** One search for the fastest. */
  private final class Search {
    private final long budget;
    private int left = Math.max(12, LAYERS_RUN / layers);
    private StoreChoice best;

    Search(long budget) {
      this.budget = budget;
      tried.values().forEach(this::consider);
    }

    StoreChoice best() {
      if (layers <= FEW) {
        all(List.of());
      } else {
        around();
        faster();
      }
      return best;
    }

    private boolean consider(StoreChoice choice) {
      boolean fits = choice.memory().peakBytes() <= budget;
      if (fits && (best == null || choice.relativeCompute() < best.relativeCompute())) {
        best = choice;
      }
      return fits;
    }

    /** Every mix. */
    private void all(List<StorePolicy> chosen) {
      if (chosen.size() == layers) {
        consider(of(PolicyMixes.policies(chosen)));
        return;
      }
      for (StorePolicy policy : POLICIES) {
        List<StorePolicy> more = new ArrayList<>(chosen);
        more.add(policy);
        all(more);
      }
    }

    /** Mixes that are expected to take the budget, or somewhat more or less. */
    private void around() {
      double room = budget;
      double fitting = 0;
      double tooMuch = budget * (1 + STEP);
      for (int i = 0; i < 8 && left > 0; i++) {
        Optional<LayerPolicies> mix = mixes().cheapest(room);
        if (mix.isEmpty() || run(mix.get())) {
          fitting = room;
        } else {
          tooMuch = room;
        }
        room = fitting > 0 ? (fitting + tooMuch) / 2 : room - budget * STEP / 2;
      }
    }

    /** Runs a mix if it is new and a run is left; whether it fits. */
    private boolean run(LayerPolicies policies) {
      if (!tried.containsKey(policies) && left-- <= 0) {
        return false;
      }
      return consider(of(policies));
    }

    /** Gives single layers a faster policy as long as it fits. */
    private void faster() {
      double before = Double.POSITIVE_INFINITY;
      while (best.relativeCompute() < before && left > 0) {
        before = best.relativeCompute();
        List<StorePolicy> chosen = best.policies().ofLayers(layers);
        for (int i = layers - 1; i >= 0 && best.relativeCompute() >= before; i--) {
          for (StorePolicy other : POLICIES.subList(0, POLICIES.indexOf(chosen.get(i)))) {
            List<StorePolicy> changed = new ArrayList<>(chosen);
            changed.set(i, other);
            run(PolicyMixes.policies(changed));
          }
        }
      }
    }
  }

  @Override
  public void close() {
    dryRun.close();
  }
}
