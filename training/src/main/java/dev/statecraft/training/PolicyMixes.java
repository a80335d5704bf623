package dev.statecraft.training;

import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StorePolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What mixes of all store policies are expected to take, from the timelines of the uniform ones,
 * and the cheapest of them for a budget.
 *
 * <p>When layer i is at its fullest, in the forward or the backward, the layers before it store
 * what they store, s_j, and the layer needs something of its own, e_i; both hang on the layer's
 * policy alone, but for states between layers. So a mix fits if {@code e_i + sum over j < i of s_j}
 * does for every i, and at the loss the sum over all layers. Its cost is the sum of the layers'
 * costs. The cheapest is found from the first layer to the last: of partial mixes that store as
 * much as another and cost as much, none is followed further (a knapsack with a bound at every
 * item).
 */
final class PolicyMixes {
  private static final List<StorePolicy> POLICIES = List.of(StorePolicy.values());

  private final int layers;
  private final Map<StorePolicy, Uniform> uniform = new HashMap<>();

  /**
   * A step in which all layers have one policy.
   *
   * @param memory from begin to end
   * @param cost by layer, then what is outside layers; relative to storing everything
   */
  record Measured(StepMemory memory, List<Double> cost) {}

  /** A part of a mix: the first layers. */
  private record Part(Part before, StorePolicy last, double stored, double cost) {}

  /** What layers store and need by themselves under one policy. */
  private static final class Uniform {
    private final double[] stored;
    private final double[] own;
    private final List<Double> cost;
    private double loss;

    Uniform(int layers, Measured measured) {
      cost = measured.cost();
      double[] fullest = new double[layers];
      double[] backward = new double[layers];
      boolean behindLayers = false;
      for (StepMemory.Moment moment : measured.memory().timeline()) {
        double bytes = moment.use().peakBytes();
        int forth = layer(moment.step(), "forward layer ");
        int back = layer(moment.step(), "backward layer ");
        if (Math.max(forth, back) >= 0) {
          int layer = Math.max(forth, back);
          fullest[layer] = Math.max(fullest[layer], bytes);
          backward[layer] = back >= 0 ? bytes : backward[layer];
          behindLayers = forth >= 0;
        } else if (behindLayers) {
          loss = Math.max(loss, bytes);
        }
      }
      stored = stored(layers, measured.memory(), backward);
      own = new double[layers];
      double before = 0;
      for (int i = 0; i < layers; i++) {
        own[i] = fullest[i] - before;
        before += stored[i];
      }
      loss -= before;
    }

    /** As seen at the peak; of layers that were not whole there, from the growth of backwards. */
    private static double[] stored(int layers, StepMemory memory, double[] backward) {
      double[] stored = new double[layers];
      int whole = wholeAtPeak(layers, memory);
      for (int i = 0; i < layers; i++) {
        if (i < whole) {
          Map<String, Long> states = memory.storedStates().get(Integer.toString(i));
          stored[i] =
              states == null ? 0 : states.values().stream().mapToLong(Long::longValue).sum();
        } else if (i + 1 < layers) {
          stored[i] = backward[i + 1] - backward[i];
        } else {
          stored[i] = i == 0 ? 0 : stored[i - 1];
        }
      }
      return stored;
    }

    /** How many of the first layers stored all they do when the step was at its fullest. */
    private static int wholeAtPeak(int layers, StepMemory memory) {
      for (StepMemory.Moment moment : memory.timeline()) {
        if (moment.use().peakBytes() == memory.peak().peakBytes()) {
          int layer =
              Math.max(
                  layer(moment.step(), "forward layer "), layer(moment.step(), "backward layer "));
          return layer >= 0 ? layer : layers;
        }
      }
      return 0;
    }

    private static int layer(String step, String way) {
      return step.startsWith(way) ? Integer.parseInt(step.substring(way.length())) : -1;
    }
  }

  /** Takes what a step under each of the uniform policies takes. */
  PolicyMixes(int layers, Function<LayerPolicies, Measured> measure) {
    this.layers = layers;
    for (StorePolicy policy : POLICIES) {
      uniform.put(policy, new Uniform(layers, measure.apply(LayerPolicies.uniform(policy))));
    }
  }

  /** The cheapest mix that is expected to fit, if one is. */
  Optional<LayerPolicies> cheapest(double budget) {
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(null, null, 0, 0));
    for (int i = 0; i < layers; i++) {
      List<Part> longer = new ArrayList<>();
      for (Part part : parts) {
        for (StorePolicy policy : POLICIES) {
          Uniform own = uniform.get(policy);
          double stored = part.stored() + own.stored[i];
          boolean fits = part.stored() + own.own[i] <= budget;
          if (fits && (i < layers - 1 || stored + own.loss <= budget)) {
            double outside = i < layers - 1 ? 0 : own.cost.get(layers);
            longer.add(new Part(part, policy, stored, part.cost() + own.cost.get(i) + outside));
          }
        }
      }
      parts = undominated(longer);
    }
    return parts.stream().min(Comparator.comparingDouble(Part::cost)).map(this::policies);
  }

  private static List<Part> undominated(List<Part> parts) {
    parts.sort(Comparator.comparingDouble(Part::stored).thenComparingDouble(Part::cost));
    List<Part> kept = new ArrayList<>();
    double cheapest = Double.POSITIVE_INFINITY;
    for (Part part : parts) {
      if (part.cost() < cheapest) {
        kept.add(part);
        cheapest = part.cost();
      }
    }
    return kept;
  }

  private LayerPolicies policies(Part whole) {
    StorePolicy[] chosen = new StorePolicy[layers];
    Part part = whole;
    for (int i = layers - 1; i >= 0; i--) {
      chosen[i] = part.last();
      part = part.before();
    }
    return policies(Arrays.asList(chosen));
  }

  /** A policy for each layer; what is outside layers goes with the last. */
  static LayerPolicies policies(List<StorePolicy> chosen) {
    StorePolicy last = chosen.get(chosen.size() - 1);
    return chosen.stream().allMatch(last::equals)
        ? LayerPolicies.uniform(last)
        : new LayerPolicies(chosen, last);
  }
}
