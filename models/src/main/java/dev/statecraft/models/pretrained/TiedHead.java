package dev.statecraft.models.pretrained;

import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.TiedTables;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Whether a checkpoint's two tables are one. transformers (5.18, {@code tie_weights}) ties them
 * where {@code tie_word_embeddings} says so, unless the checkpoint has both with different values:
 * then it keeps both.
 */
final class TiedHead {
  /** Bytes compared at a time. */
  private static final int PART = 1 << 26;

  private TiedHead() {}

  /** Whether the checkpoint has a head with other values than the embedding's. */
  static boolean differs(CheckpointSource checkpoint, TiedTables tables) {
    if (!checkpoint.names().contains(tables.head())
        || !checkpoint.names().contains(tables.embedding())) {
      return false;
    }
    TensorEntry head = checkpoint.entry(tables.head());
    TensorEntry embedding = checkpoint.entry(tables.embedding());
    if (head.type() != embedding.type() || !Arrays.equals(head.shape(), embedding.shape())) {
      return true;
    }
    for (long start = 0; start < head.bytes(); start += PART) {
      int length = (int) Math.min(PART, head.bytes() - start);
      ByteBuffer ours = checkpoint.read(tables.head(), start, length);
      ByteBuffer theirs = checkpoint.read(tables.embedding(), start, length);
      if (ours.mismatch(theirs) >= 0 && !same(ours, theirs, head.type().bytes())) {
        return true;
      }
    }
    return false;
  }

  /** Whether elements are equal as numbers: a zero of either sign is a zero. */
  private static boolean same(ByteBuffer ours, ByteBuffer theirs, int bytes) {
    for (int start = 0; start < ours.limit(); start += bytes) {
      int at = start;
      boolean equal = true;
      boolean zero = true;
      for (; at < start + bytes; at++) {
        // Little-endian: the sign is the first bit of the last byte.
        int mask = at == start + bytes - 1 ? 0x7f : 0xff;
        equal &= ours.get(at) == theirs.get(at);
        zero &= ((ours.get(at) | theirs.get(at)) & mask) == 0;
      }
      if (!equal && !zero) {
        return false;
      }
    }
    return true;
  }
}
