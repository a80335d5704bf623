package dev.statecraft.models.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.List;

/** Examples that can be laid out as batches of a model family's graph. */
public interface ExampleSet {
  /** Tokens of each example. */
  int[] lengths();

  /** Labels (tokens, or examples) that the chosen examples carry: what a loss is the mean over. */
  long labels(List<Integer> examples);

  /** The chosen examples in the given order, before a session has them; on any thread. */
  HostBatch hostBatch(List<Integer> examples);

  /**
   * The chosen examples as a batch, in the given order; the caller closes it.
   *
   * @param computeType the model's type
   */
  default Batch batch(Torch torch, DType computeType, List<Integer> examples) {
    return hostBatch(examples).upload(torch, computeType);
  }

  /** A score with nothing in it yet. */
  Score score();

  default int size() {
    return lengths().length;
  }
}
