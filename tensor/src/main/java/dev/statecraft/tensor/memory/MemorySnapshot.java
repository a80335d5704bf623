package dev.statecraft.tensor.memory;

import java.util.Arrays;

/** Bytes of storage by category at one moment. */
public final class MemorySnapshot {
  /** Nothing anywhere. */
  public static final MemorySnapshot EMPTY = new MemorySnapshot(new long[MemoryCategory.COUNT]);

  private final long[] bytes;

  MemorySnapshot(long[] bytes) {
    this.bytes = bytes.clone();
  }

  /** Bytes of one category. */
  public long of(MemoryCategory category) {
    return bytes[category.index()];
  }

  /** Bytes of all categories. */
  public long total() {
    return Arrays.stream(bytes).sum();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MemorySnapshot snapshot && Arrays.equals(bytes, snapshot.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return Arrays.toString(bytes);
  }
}
