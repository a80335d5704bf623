package dev.statecraft.training;

import dev.statecraft.core.optim.OptimizerStep;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Takes single optimizer steps, in smaller micro-batches where memory is out.
 *
 * @param perEpoch steps of one pass over the data
 */
record StepRunner(
    OptimizerStep step,
    Weights weights,
    TrainingOptions options,
    StepFeed feed,
    long perEpoch,
    RunListener listener) {
  /**
   * A step that was taken.
   *
   * @param data as it fitted
   */
  record Taken(StepMetrics metrics, double seconds, StepData data) {}

  /**
   * Takes a step.
   *
   * @param index its number, from 0
   * @throws OutOfMemoryException if not even a single example fits; nothing has changed then
   * @throws NumericFaultException if loss or gradient is not finite; nothing has changed then
   */
  Taken take(long index, StepData made) {
    Torch torch = weights.torch();
    long start = System.nanoTime();
    double learningRate = options.schedule().at(index);
    StepData data = made;
    OptimizerStep.Result result;
    while (true) {
      torch.resetPeak();
      try {
        result = step.run(uploads(data), data.labels(), learningRate);
        break;
      } catch (OutOfMemoryException e) {
        data = halved(data, index, e);
      }
    }
    if (!result.applied()) {
      throw new NumericFaultException(
          "step "
              + (index + 1)
              + ": expected a finite loss and gradient, found loss "
              + result.loss()
              + " and gradient norm "
              + result.gradientNorm()
              + " ("
              + data.names()
              + ")");
    }
    double took = (System.nanoTime() - start) / 1e9;
    StepMetrics metrics =
        new StepMetrics(
            index + 1,
            (index + 1) / (double) perEpoch,
            result.loss(),
            learningRate,
            result.gradientNorm(),
            data.chosen().tokens(),
            data.chosen().tokens() / took,
            torch.peakBytes());
    return new Taken(metrics, took, data);
  }

  private List<Supplier<Batch>> uploads(StepData data) {
    List<Supplier<Batch>> batches = new ArrayList<>();
    for (HostBatch host : data.batches()) {
      batches.add(() -> host.upload(weights.torch(), weights.computeType()));
    }
    return batches;
  }

  private StepData halved(StepData data, long index, OutOfMemoryException e) {
    int largest = data.largestPart();
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
    return feed.halve(data);
  }
}
