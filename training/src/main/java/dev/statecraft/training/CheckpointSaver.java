package dev.statecraft.training;

import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.run.Weights;
import java.io.IOException;

/** Keeps what a run needs to go on; called between two steps, on the thread that runs it. */
public interface CheckpointSaver {
  /**
   * Saves a run.
   *
   * @param weights the parameters after the last step; only read
   * @param optimizer their moments; only read
   * @throws IOException if it cannot be saved; the run then ends
   */
  void save(Progress progress, Weights weights, AdamW optimizer) throws IOException;
}
