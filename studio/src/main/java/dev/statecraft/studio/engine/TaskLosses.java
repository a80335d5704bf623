package dev.statecraft.studio.engine;

import dev.statecraft.training.RunHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Keeps the tasks' losses of the first and the last steps of a run. */
final class TaskLosses implements RunHandler {
  /** Steps that a mean is taken over: single batches are noisy. */
  private static final int STEPS = 10;

  private final List<Map<String, Double>> first = new ArrayList<>();
  private final Deque<Map<String, Double>> last = new ArrayDeque<>();

  @Override
  public void tasks(long step, Map<String, Double> losses) {
    if (first.size() < STEPS) {
      first.add(losses);
    }
    last.add(losses);
    if (last.size() > STEPS) {
      last.remove();
    }
  }

  double first(String task) {
    return mean(first, task);
  }

  double last(String task) {
    return mean(last, task);
  }

  private static double mean(Collection<Map<String, Double>> steps, String task) {
    return steps.stream().mapToDouble(step -> step.get(task)).average().orElseThrow();
  }
}
