package dev.statecraft.models.head;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.ModelInput;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What training makes small. */
public interface Objective {
  /**
   * Adds the loss of what a head scored, called {@link TaskModel#LOSS}, and the labels that it is
   * the loss against.
   *
   * @throws IllegalArgumentException if it does not fit the head
   */
  void attach(GraphBuilder graph, Scored scored);

  /**
   * Whether it can be made small with a head.
   *
   * @throws IllegalArgumentException if not
   */
  default void check(Head head) {}

  /** What {@code config.json} calls it, if it does. */
  Optional<ProblemType> problemType();

  /** A batch with labels to measure a step with, whose values mean nothing. */
  HostBatch sample(ModelInput input, List<Integer> lengths);

  /**
   * What stands in the place of a batch's labels so that each of its sequences, which are one
   * example as often as there are outputs, names another output: {@link
   * dev.statecraft.core.graph.Op#outputs}. Reads no value, so a session needs no memory.
   *
   * @param batch of that example; stays the caller's
   * @param outputs indices of outputs, one for each sequence
   * @param label which of an example's labels is asked for, where it has several
   * @return the changed states, of the current scope, and how they lie
   */
  Probed probed(Batch batch, List<Integer> outputs, int label);

  /**
   * Labels that name outputs.
   *
   * @param extents of the batch with them
   * @param states those that take the place of others
   */
  record Probed(Extents extents, Map<String, Tensor> states) {}

  /** How many labels such a batch has: what the loss is the mean over. */
  long sampleLabels(List<Integer> lengths);
}
