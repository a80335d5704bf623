package dev.statecraft.training;

import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.training.task.ExampleSet;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * How the steps of a run are taken: what a memory budget may have decided, and which examples they
 * are taken on. A run that goes on must not decide anew.
 *
 * @param microBatch what is computed at once
 * @param store which states each layer stores
 * @param examples of the training set
 * @param lengths checksum of how many tokens each has
 */
public record StepLayout(BatchLimit microBatch, LayerPolicies store, int examples, long lengths) {
  /** The layout of steps over an example set. */
  public static StepLayout of(BatchLimit microBatch, LayerPolicies store, ExampleSet training) {
    return new StepLayout(microBatch, store, training.size(), checksum(training.lengths()));
  }

  private static long checksum(int[] lengths) {
    ByteBuffer bytes = ByteBuffer.allocate(lengths.length * Integer.BYTES);
    bytes.asIntBuffer().put(lengths);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  /** Whether a training set may be the one that this is the layout of. */
  public boolean matches(ExampleSet training) {
    return examples == training.size() && lengths == checksum(training.lengths());
  }
}
