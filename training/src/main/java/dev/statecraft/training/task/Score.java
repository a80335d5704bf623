package dev.statecraft.training.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.training.metric.ConfusionMatrix;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects what a model computes for examples and scores it. */
public interface Score {
  /** States that a pass must keep for {@link #add}. */
  Set<String> states();

  /** Takes in a pass over the chosen examples, run without dropout and with a loss scale of 1. */
  void add(Pass pass, Batch batch, List<Integer> examples);

  /** Metrics by name over everything taken in. */
  Map<String, Double> metrics();

  /** How often each class was taken for each, if there are classes. */
  default Optional<ConfusionMatrix> confusion() {
    return Optional.empty();
  }
}
