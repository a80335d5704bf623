package dev.statecraft.tensor;

/** The storage behind one or more tensor handles, counted once however many views it has. */
public final class Block {
  private final Torch torch;
  private final long bytes;
  private final MemoryPool.Piece piece;
  private MemoryCategory category = MemoryCategory.WORKSPACE;
  private int handles;

  /**
   * Counts storage.
   *
   * @throws OutOfMemoryException if it goes beyond the session's limit; then it is not counted
   */
  Block(Torch torch, long bytes) {
    this.torch = torch;
    this.bytes = bytes;
    this.piece = null;
    torch.blockAllocated(bytes);
  }

  /**
   * The same for storage that is to lie in a pool.
   *
   * @throws OutOfMemoryException also if the system has no more
   */
  Block(Torch torch, long bytes, MemoryPool pool) {
    this.torch = torch;
    this.bytes = bytes;
    torch.blockAllocated(bytes);
    try {
      this.piece = pool.take(bytes);
    } catch (OutOfMemoryException e) {
      torch.blockFreed(bytes, category);
      throw e;
    }
  }

  /** Where it lies in the pool. */
  MemoryPool.Piece piece() {
    return piece;
  }

  /** Bytes of the whole storage, which a view may show but a part of. */
  public long bytes() {
    return bytes;
  }

  /** What it is held for. */
  public MemoryCategory category() {
    return category;
  }

  /** Open handles on it. */
  public int handles() {
    return handles;
  }

  /** Says what this memory is held for from now on, unless somebody has said so before. */
  public void claim(MemoryCategory purpose) {
    if (category == MemoryCategory.WORKSPACE) {
      moveTo(purpose);
    }
  }

  /** Makes it workspace again: what it was held for is over. */
  public void disclaim() {
    moveTo(MemoryCategory.WORKSPACE);
  }

  private void moveTo(MemoryCategory other) {
    torch.blockMoved(bytes, category, other);
    category = other;
  }

  void retain() {
    handles++;
  }

  void release() {
    if (--handles == 0) {
      torch.blockFreed(bytes, category);
      if (piece != null) {
        piece.free();
      }
    }
  }
}
