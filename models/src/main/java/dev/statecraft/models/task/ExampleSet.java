package dev.statecraft.models.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.List;

/** Examples that can be laid out as batches of a model family's graph. */
public interface ExampleSet {
  /** Tokens of each example. */
  int[] lengths();

  /** Labels (tokens, or examples) that the chosen examples carry: what a loss is the mean over. */
  long labels(List<Integer> examples);

  /**
   * The chosen examples as a batch, in the given order; the caller closes it.
   *
   * @param computeType the model's type
   */
  Batch batch(Torch torch, DType computeType, List<Integer> examples);

  /** A score with nothing in it yet. */
  Score score();

  default int size() {
    return lengths().length;
  }
}
