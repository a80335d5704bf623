package dev.statecraft.core.control;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.StepContext;
import dev.statecraft.core.graph.StepRule;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets the least important singular values of updates {@code P diag(e) Q} to 0, so many that a
 * {@link RankBudget} is kept (Zhang et al. 2023, algorithm 1).
 *
 * <p>The sensitivity of a number w with the (clipped) gradient g is {@code I = |w g|}, its mean
 * over steps {@code m = b1 m + (1 - b1) I}, the mean uncertainty {@code u = b2 u + (1 - b2) |I -
 * m|}, its score {@code m u}. A triplet (column of P, value, row of Q) has the score of the value
 * plus the mean scores of the row and the column. Values with scores up to that of rank {@code all
 * - budget} from below are 0 after the step.
 *
 * <p>m and u are computed in the memory of the gradient, which nobody reads after the step.
 *
 * @param updates all that share the budget
 * @param budget how many are kept
 */
record RankAllocation(List<Update> updates, RankBudget budget) implements StepRule {
  private static final String SENSITIVITY = "sensitivity.";
  private static final String UNCERTAINTY = "uncertainty.";
  private static final String KEPT = "kept.";

  /**
   * The parameters of one update.
   *
   * @param right Q {@code [r, in]}
   * @param values e {@code [r, 1]}
   * @param left P {@code [out, r]}
   */
  record Update(Parameter right, Parameter values, Parameter left) {
    private List<Parameter> all() {
      return List.of(right, values, left);
    }

    private int rank() {
      return Math.toIntExact(values.size(0));
    }
  }

  RankAllocation {
    updates = List.copyOf(updates);
  }

  @Override
  public Map<String, List<Long>> memory() {
    Map<String, List<Long>> memory = new LinkedHashMap<>();
    for (Update update : updates) {
      for (Parameter parameter : update.all()) {
        memory.put(SENSITIVITY + parameter.name(), parameter.shape());
        memory.put(UNCERTAINTY + parameter.name(), parameter.shape());
      }
      memory.put(KEPT + update.values().name(), update.values().shape());
    }
    return memory;
  }

  @Override
  public void follow(StepContext context, long step) {
    if (budget.isLearned(step)) {
      updates.forEach(update -> update.all().forEach(each -> learn(context, each.name())));
    }
    if (budget.isAllocated(step)) {
      allocate(context, step);
    }
    if (budget.isAllocated(step) || budget.isSettled(step)) {
      for (Update update : updates) {
        String values = update.values().name();
        context.value(values).mulInPlace(context.memory(KEPT + values));
      }
    }
  }

  private void learn(StepContext context, String name) {
    Tensor sensitivity = context.memory(SENSITIVITY + name);
    Tensor uncertainty = context.memory(UNCERTAINTY + name);
    double b1 = budget.sensitivityDecay();
    double b2 = budget.uncertaintyDecay();
    Tensor now = context.gradient(name).mulInPlace(context.value(name)).magnitudeInPlace();
    sensitivity.mulInPlace(b1).addInPlace(now, 1 - b1);
    now.subInPlace(sensitivity).magnitudeInPlace();
    uncertainty.mulInPlace(b2).addInPlace(now, 1 - b2);
  }

  private void allocate(StepContext context, long step) {
    List<double[]> scores = new ArrayList<>();
    for (Update update : updates) {
      try (Scope scope = context.torch().scope()) {
        scores.add(scores(context, update));
      }
    }
    double[] sorted = scores.stream().flatMapToDouble(Arrays::stream).sorted().toArray();
    long taken = sorted.length - budget.at(step, sorted.length, updates.size());
    double threshold = taken > 0 ? sorted[Math.toIntExact(taken - 1)] : Double.NEGATIVE_INFINITY;
    for (int i = 0; i < updates.size(); i++) {
      double[] kept = Arrays.stream(scores.get(i)).map(s -> s > threshold ? 1 : 0).toArray();
      Tensor memory = context.memory(KEPT + updates.get(i).values().name());
      try (Scope scope = context.torch().scope()) {
        memory.copyFrom(context.torch().of(memory.dtype(), kept, memory.shape()));
      }
    }
  }

  /** The scores of an update's triplets. */
  private static double[] scores(StepContext context, Update update) {
    double[] right = score(context, update.right().name()).meanKeep(1).toDoubles();
    double[] values = score(context, update.values().name()).toDoubles();
    double[] left = score(context, update.left().name()).meanKeep(0).toDoubles();
    double[] scores = new double[update.rank()];
    for (int k = 0; k < scores.length; k++) {
      scores[k] = values[k] + (right[k] + left[k]);
    }
    return scores;
  }

  private static Tensor score(StepContext context, String name) {
    return context
        .gradient(name)
        .setToProduct(context.memory(SENSITIVITY + name), context.memory(UNCERTAINTY + name));
  }
}
