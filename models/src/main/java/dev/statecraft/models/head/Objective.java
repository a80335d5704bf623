package dev.statecraft.models.head;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.ModelInput;
import java.util.List;
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

  /** How many labels such a batch has: what the loss is the mean over. */
  long sampleLabels(List<Integer> lengths);
}
