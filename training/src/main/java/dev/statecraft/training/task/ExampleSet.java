package dev.statecraft.training.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.LabelledTokens;
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
   * The chosen examples as training sees them in an epoch (from 0), where it changes them by
   * chance; a function of the arguments and the run's seed.
   */
  default HostBatch hostBatch(List<Integer> examples, int epoch) {
    return hostBatch(examples);
  }

  /**
   * The chosen examples as a batch, in the given order; the caller closes it.
   *
   * @param computeType the model's type
   */
  default Batch batch(Torch torch, DType computeType, List<Integer> examples) {
    return hostBatch(examples).upload(torch, computeType);
  }

  /**
   * A batch with the sizes of the chosen examples, for a session without memory; its values mean
   * nothing.
   */
  default Batch blank(Torch torch, DType computeType, List<Integer> examples) {
    return batch(torch, computeType, examples);
  }

  /** Texts that a model which writes can go on with; none for other tasks. */
  default List<LabelledTokens> written() {
    return List.of();
  }

  /** A score with nothing in it yet. */
  Score score();

  default int size() {
    return lengths().length;
  }
}
