package dev.statecraft.tensor.memory;

/** The storage behind one or more tensor handles, counted once however many views it has. */
public final class Block {
  private final SessionMemory memory;
  private final long bytes;
  private final MemoryPool.Piece piece;
  private MemoryCategory category = MemoryCategory.WORKSPACE;
  private int handles;

  /**
   * Counts storage.
   *
   * @throws OutOfMemoryException if it goes beyond the session's limit; then it is not counted
   */
  public Block(SessionMemory memory, long bytes) {
    this(memory, bytes, null);
    memory.allocated(bytes);
  }

  private Block(SessionMemory memory, long bytes, MemoryPool.Piece piece) {
    this.memory = memory;
    this.bytes = bytes;
    this.piece = piece;
  }

  /**
   * The same for storage that lies in the session's pool.
   *
   * @throws OutOfMemoryException also if the system has no more
   */
  public static Block pooled(SessionMemory memory, long bytes) {
    memory.allocated(bytes);
    try {
      return new Block(memory, bytes, memory.pool().take(bytes));
    } catch (OutOfMemoryException e) {
      memory.freed(bytes, MemoryCategory.WORKSPACE);
      throw e;
    }
  }

  /** Where in memory a block of the pool begins. */
  public long address() {
    return piece.address();
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
    memory.moved(bytes, category, other);
    category = other;
  }

  /** Counts a handle more. */
  public void retain() {
    handles++;
  }

  /** Counts a handle less; with the last one, the storage is free. */
  public void release() {
    if (--handles == 0) {
      memory.freed(bytes, category);
      if (piece != null) {
        piece.free();
      }
    }
  }
}
