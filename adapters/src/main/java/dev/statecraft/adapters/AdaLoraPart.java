package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.ParameterValues;
import dev.statecraft.models.head.TaskModel;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * AdaLoRA.
 *
 * @param rank r at the start
 * @param alpha numerator of the scale
 * @param dropout probability
 * @param orthogonality weight of the penalty
 * @param budget how ranks fell
 * @param linears which linears
 * @param kept which of the r singular values of a linear are left, by PEFT's name of the module;
 *     empty if all are
 */
record AdaLoraPart(
    int rank,
    double alpha,
    double dropout,
    double orthogonality,
    RankBudget budget,
    Targets linears,
    Map<String, List<Boolean>> kept)
    implements AdapterPart {
  AdaLoraPart {
    kept = Collections.unmodifiableMap(new TreeMap<>(kept));
  }

  @Override
  public boolean isInWeights() {
    return true;
  }

  @Override
  public boolean isPeft() {
    return true;
  }

  @Override
  public Optional<List<String>> savedModules() {
    return linears.savedModules();
  }

  @Override
  public Tuning tuning(TaskModel family) {
    Targets.Named named = linears.in(family);
    return new AdaLora(
        rank, alpha, dropout, orthogonality, budget, named.names(), named.layers(), left(family));
  }

  @Override
  public double scale() {
    return AdaLora.scale(alpha, rank);
  }

  /** The linears by the graph's names of their modules, in order. */
  private List<Projection> projections(TaskModel family) {
    return PeftFormat.projections(linears.in(family), family);
  }

  private Map<String, Integer> left(TaskModel family) {
    Map<String, Integer> left = new LinkedHashMap<>();
    Map<String, List<Boolean>> unknown = new TreeMap<>(kept);
    for (Projection linear : projections(family)) {
      linear.names().stream()
          .filter(unknown::containsKey)
          .findFirst()
          .ifPresent(name -> left.put(linear.module(), count(unknown.remove(name))));
    }
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "rank_pattern: expected linears that are targets, found "
              + Shortened.list(unknown.keySet()));
    }
    return left;
  }

  private static int count(List<Boolean> kept) {
    return Math.toIntExact(kept.stream().filter(is -> is).count());
  }

  /**
   * {@inheritDoc} Singular values of 0 add nothing. They are left out once no more than the
   * budget's end are others, as PEFT does; before, they may come back in the next step.
   */
  @Override
  public Optional<Trimmed> trimmed(TaskModel family, ParameterValues weights) {
    if (!kept.isEmpty()) {
      return Optional.empty();
    }
    List<Projection> all = projections(family);
    Map<String, List<Boolean>> pattern = new TreeMap<>();
    Map<String, Slices> slices = new LinkedHashMap<>();
    for (Projection linear : all) {
      double[] values = weights.value(linear.module() + AdaLora.VALUES).toDoubles();
      List<Boolean> left = Arrays.stream(values).mapToObj(value -> value != 0).toList();
      pattern.put(linear.peftModule(), left);
      slices.put(linear.module() + AdaLora.RIGHT, Slices.where(left, 0));
      slices.put(linear.module() + AdaLora.VALUES, Slices.where(left, 0));
      slices.put(linear.module() + AdaLora.LEFT, Slices.where(left, 1));
    }
    int left = pattern.values().stream().mapToInt(AdaLoraPart::count).sum();
    if (left == 0 || left > (long) budget.target() * all.size()) {
      return Optional.empty();
    }
    return Optional.of(
        new Trimmed(
            new AdaLoraPart(rank, alpha, dropout, orthogonality, budget, linears, pattern),
            slices));
  }

  @Override
  public Map<String, long[]> withoutNumbers(TaskModel family) {
    Map<String, long[]> empty = new LinkedHashMap<>();
    Map<String, Integer> left = left(family);
    for (Projection linear : projections(family)) {
      if (left.getOrDefault(linear.module(), rank) == 0) {
        String key = AdapterKeys.PREFIX + linear.peftModule();
        Parameter weight = family.graph().parameters().get(linear.module() + ".weight");
        empty.put(key + AdaLora.RIGHT, new long[] {0, weight.size(1)});
        empty.put(key + AdaLora.VALUES, new long[] {0, 1});
        empty.put(key + AdaLora.LEFT, new long[] {weight.size(0), 0});
      }
    }
    return empty;
  }

  /** PEFT saved the rank that its scale divides by until version 0.18. */
  @Override
  public OptionalDouble constant(String key) {
    return key.endsWith(".ranknum") ? OptionalDouble.of(rank) : OptionalDouble.empty();
  }
}
