package dev.statecraft.training;

import dev.statecraft.core.optim.JointStep;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes single optimizer steps, in smaller micro-batches where memory is out.
 *
 * @param tasks each of which is part of every step
 * @param perEpoch steps of one pass over the data
 */
record StepRunner(
    JointStep step, List<StepTask> tasks, Schedule schedule, long perEpoch, RunListener listener) {
  /**
   * A step that was taken.
   *
   * @param data of each task, as it fitted
   * @param losses mean loss over each task's labels, by the task's name
   */
  record Taken(
      StepMetrics metrics, double seconds, List<StepData> data, Map<String, Double> losses) {}

  Weights weights() {
    return step.weights();
  }

  /**
   * The next step's data, of each task.
   *
   * @throws java.util.concurrent.CancellationException if the waiting thread is interrupted
   */
  List<StepData> next() {
    List<StepData> made = new ArrayList<>();
    for (StepTask task : tasks) {
      made.add(task.feed().next());
    }
    return made;
  }

  /** How often micro-batches were halved, those of all tasks together. */
  int halvings() {
    return tasks.get(0).feed().halvings();
  }

  /**
   * Takes a step.
   *
   * @param index its number, from 0
   * @throws OutOfMemoryException if not even a single example fits; nothing has changed then
   * @throws NumericFaultException if loss or gradient is not finite; nothing has changed then
   */
  Taken take(long index, List<StepData> made) {
    Torch torch = weights().torch();
    long start = System.nanoTime();
    double learningRate = schedule.at(index);
    List<StepData> data = made;
    JointStep.Result result;
    while (true) {
      torch.resetPeak();
      try {
        result = step.run(parts(data), learningRate);
        break;
      } catch (OutOfMemoryException e) {
        data = halved(data, index, e);
      }
    }
    double loss = result.accumulated().total();
    if (!result.applied()) {
      throw new NumericFaultException(
          "step "
              + (index + 1)
              + ": expected a finite loss and gradient, found loss "
              + loss
              + " and gradient norm "
              + result.gradientNorm()
              + " ("
              + names(data)
              + ")");
    }
    double took = (System.nanoTime() - start) / 1e9;
    long tokens = data.stream().mapToLong(each -> each.chosen().tokens()).sum();
    StepMetrics metrics =
        new StepMetrics(
            index + 1,
            (index + 1) / (double) perEpoch,
            loss,
            learningRate,
            result.gradientNorm(),
            tokens,
            tokens / took,
            torch.peakBytes());
    return new Taken(metrics, took, data, losses(data, result.accumulated().losses()));
  }

  private List<JointStep.Part> parts(List<StepData> data) {
    List<JointStep.Part> parts = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      parts.addAll(tasks.get(i).parts(data.get(i), weights()));
    }
    return parts;
  }

  private Map<String, Double> losses(List<StepData> data, List<Double> parts) {
    Map<String, Double> losses = new LinkedHashMap<>();
    int part = 0;
    for (int i = 0; i < tasks.size(); i++) {
      int end = part + data.get(i).batches().size();
      double sum = parts.subList(part, end).stream().mapToDouble(Double::doubleValue).sum();
      losses.put(tasks.get(i).name(), sum / tasks.get(i).share());
      part = end;
    }
    return losses;
  }

  /** A step's examples, for messages. */
  String names(List<StepData> data) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      names.add(tasks.get(i).names(data.get(i)));
    }
    return String.join("; ", names);
  }

  /** The examples of a step's micro-batches, numbered through the data of all tasks. */
  List<List<Integer>> numbered(List<StepData> data) {
    List<List<Integer>> parts = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < tasks.size(); i++) {
      int offset = first;
      for (List<Integer> part : data.get(i).parts()) {
        parts.add(part.stream().map(example -> offset + example).toList());
      }
      first += tasks.get(i).feed().size();
    }
    return parts;
  }

  private List<StepData> halved(List<StepData> data, long index, OutOfMemoryException e) {
    int largest = data.stream().mapToInt(StepData::largestPart).max().orElseThrow();
    if (largest == 1) {
      throw new OutOfMemoryException(
          "step " + (index + 1) + ": not even a micro-batch of one example fits: " + e.getMessage(),
          e);
    }
    listener.tell(
        "step "
            + (index + 1)
            + ": out of memory with micro-batches of up to "
            + largest
            + " examples; taken again, and all after it, with up to "
            + (largest + 1) / 2);
    List<StepData> halves = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      halves.add(tasks.get(i).feed().halve(data.get(i)));
    }
    return halves;
  }
}
