package dev.statecraft.tensor.memory;

/**
 * What the tensors of one session take: bytes by what they are held for, their peak, and a limit.
 * Used by the session's thread.
 */
public final class SessionMemory implements AutoCloseable {
  private final MemoryPool pool = new MemoryPool();
  private final long[] byCategory = new long[MemoryCategory.COUNT];
  private final long[] byCategoryAtPeak = new long[MemoryCategory.COUNT];
  private long liveBytes;
  private long peakBytes;
  private long limit = Long.MAX_VALUE;

  /** Bytes of storage that is held; a storage counts once. */
  public long liveBytes() {
    return liveBytes;
  }

  /** The highest {@link #liveBytes()} since the last {@link #resetPeak()}. */
  public long peakBytes() {
    return peakBytes;
  }

  /** What the memory was held for at the moment of {@link #peakBytes()}. */
  public MemorySnapshot peak() {
    return new MemorySnapshot(byCategoryAtPeak);
  }

  /** Starts measuring {@link #peakBytes()} anew. */
  public void resetPeak() {
    peakBytes = liveBytes;
    System.arraycopy(byCategory, 0, byCategoryAtPeak, 0, byCategory.length);
  }

  /**
   * Limits {@link #liveBytes()}.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public void limit(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("limit: expected 1 byte or more, found " + bytes);
    }
    limit = bytes;
  }

  MemoryPool pool() {
    return pool;
  }

  void allocated(long bytes) {
    if (bytes > limit - liveBytes) {
      throw new OutOfMemoryException(
          "the limit is "
              + limit
              + " bytes of tensors, a tensor of "
              + bytes
              + " would make it "
              + (liveBytes + bytes));
    }
    liveBytes += bytes;
    byCategory[MemoryCategory.WORKSPACE.index()] += bytes;
    if (liveBytes > peakBytes) {
      peakBytes = liveBytes;
      System.arraycopy(byCategory, 0, byCategoryAtPeak, 0, byCategory.length);
    }
  }

  void moved(long bytes, MemoryCategory from, MemoryCategory to) {
    byCategory[from.index()] -= bytes;
    byCategory[to.index()] += bytes;
  }

  void freed(long bytes, MemoryCategory category) {
    liveBytes -= bytes;
    byCategory[category.index()] -= bytes;
  }

  /** Gives the pool's memory back to the system, as far as no tensor lies in it. */
  @Override
  public void close() {
    pool.close();
  }
}
