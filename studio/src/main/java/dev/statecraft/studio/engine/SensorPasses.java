package dev.statecraft.studio.engine;

import dev.statecraft.core.control.advise.FirstStep;
import dev.statecraft.core.control.advise.Sensors;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.studio.advise.FirstStepScore;
import dev.statecraft.studio.advise.OutputScores;
import dev.statecraft.tensor.Torch;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.task.ExampleSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The passes that sensors see.
 *
 * @param family the model
 * @param sensors in its graph
 * @param examples where the sample is taken from
 * @param sample what is looked at
 */
record SensorPasses(TaskModel family, Sensors sensors, ExampleSet examples, AdviceSample sample) {
  /**
   * What was seen, in the order of the candidates.
   *
   * @param gradients norms of the first steps
   * @param shares of the Gramian's trace
   * @param smallestEigenvalues of Gramians on the labels' subspace
   * @param gains column sums of the relative gain array
   */
  record Seen(
      List<Double> gradients,
      List<Double> shares,
      List<Double> smallestEigenvalues,
      List<Double> gains) {}

  /** Takes the passes and reads what the sensors saw. */
  Seen see(Weights weights) {
    seeLoss(weights);
    List<FirstStep> steps = sensors.firstSteps(weights);
    List<Double> gradients = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      FirstStepScore score = FirstStepScore.of(steps.get(i), sample.rows());
      gradients.add(score.norm());
      sensors.aim(weights, sensors.candidates().get(i), score.direction());
    }
    OutputScores outputs = new OutputScores(sensors.candidates().size(), sample.subspace().size());
    for (AdviceSample.Probe probe : sample.probes()) {
      endIfInterrupted();
      seeOutputs(weights, probe);
      outputs.add(sensors.effects(weights));
    }
    return new Seen(gradients, outputs.shares(), outputs.smallestEigenvalues(), outputs.gains());
  }

  /** The most bytes that the same passes take, in a session without memory. */
  long predict(ComputeOptions compute) {
    try (Torch torch = Torch.dry(compute.device());
        Weights weights =
            Weights.random(torch, sensors.graph(), compute.dtype(), compute.quantization(), 0)) {
      torch.resetPeak();
      seeLoss(weights);
      sample.probes().forEach(probe -> seeOutputs(weights, probe));
      return torch.peakBytes();
    }
  }

  private void seeLoss(Weights weights) {
    weights.flatGradients().zero();
    for (List<Integer> part : sample.microBatches()) {
      endIfInterrupted();
      try (Batch batch = batch(weights, part)) {
        sensors.seeLoss(weights, batch, 1.0 / sample.labels());
      }
    }
  }

  private void seeOutputs(Weights weights, AdviceSample.Probe probe) {
    List<Integer> replicas = Collections.nCopies(probe.outputs().size(), probe.example());
    try (Batch batch = family.probed(batch(weights, replicas), probe.outputs(), probe.label())) {
      sensors.seeOutputs(weights, batch);
    }
  }

  private static void endIfInterrupted() {
    if (Thread.interrupted()) {
      throw new CancellationException("cancelled while edges were looked at");
    }
  }

  private Batch batch(Weights weights, List<Integer> part) {
    return examples.batch(weights.torch(), weights.computeType(), part);
  }
}
