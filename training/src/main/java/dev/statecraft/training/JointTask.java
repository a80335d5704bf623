package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.training.task.ExampleSet;

/**
 * One of the tasks that a model learns together.
 *
 * @param name of the task; not empty
 * @param graph its graph among the {@link dev.statecraft.core.graph.JointGraphs} of all
 * @param examples that it is learned from
 * @param batchSize its examples of an optimizer step
 * @param microBatch what is computed at once
 * @param store which states each layer stores for the backward
 * @param states in which form they wait for it
 * @param share of its mean loss in the loss of a step
 */
public record JointTask(
    String name,
    Graph graph,
    ExampleSet examples,
    int batchSize,
    BatchLimit microBatch,
    LayerPolicies store,
    StateFormat states,
    double share) {
  /**
   * Checks the share and the examples.
   *
   * @throws IllegalArgumentException if it has no name, or no share
   * @throws dev.statecraft.base.InvalidInputException if an example fits no micro-batch
   */
  public JointTask {
    if (name.isEmpty() || !(share > 0)) {
      throw new IllegalArgumentException(
          "a task: expected a name and a share above 0, found '" + name + "' and " + share);
    }
    microBatch.check(examples.lengths());
  }
}
