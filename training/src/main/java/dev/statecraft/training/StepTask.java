package dev.statecraft.training;

import dev.statecraft.core.optim.JointStep;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a task gives to every step of a run.
 *
 * @param name of the task; empty in a run of one
 * @param plan of its passes
 * @param feed of its data
 * @param share of its mean loss in that of the step
 */
record StepTask(String name, StatePlan plan, StepFeed feed, double share) {
  /** The micro-batches of a step. */
  List<JointStep.Part> parts(StepData data, Weights weights) {
    if (data.labels() < 1) {
      throw new IllegalArgumentException(
          "labels of a step: expected 1 or more, found " + data.labels());
    }
    double factor = share / data.labels();
    List<JointStep.Part> parts = new ArrayList<>();
    for (HostBatch host : data.batches()) {
      parts.add(
          new JointStep.Part(
              plan,
              TaskModel.LOSS,
              factor,
              () -> host.upload(weights.torch(), weights.computeType())));
    }
    return parts;
  }

  /** A step's examples, for messages. */
  String names(StepData data) {
    return data.names() + (name.isEmpty() ? "" : " of " + name);
  }
}
