package dev.statecraft.tensor.memory;

import java.util.Comparator;
import java.util.TreeSet;
import org.bytedeco.javacpp.Pointer;

/**
 * Memory of a session's larger tensors on the CPU. What a tensor leaves is the next one's: nothing
 * goes back to the system before the session ends, since pages that are new to a process cost
 * several times what a pass over them does (measured: 1.8 GB/s for the first touch, 30 after).
 *
 * <p>Why not {@code malloc}: libtorch asks it for aligned blocks, and glibc (before 2.38) cannot
 * give the place of one to another of the same size. A step in float32 left holes as large as half
 * of what was in use (measured: 2.08 GB held for 1.34 GB). Nor do its threads wait for each other
 * here: a pool belongs to one session, and so to one thread.
 *
 * <p>The smallest hole that is large enough is taken; neighbouring holes become one.
 */
final class MemoryPool implements AutoCloseable {
  /** As libtorch aligns its own. */
  static final long ALIGNMENT = 64;

  /** Chunks grow with the pool; what was never touched of one takes no memory. */
  private static final long SMALLEST_CHUNK = 16L << 20;

  private static final long LARGEST_CHUNK = 256L << 20;

  private final TreeSet<Piece> holes =
      new TreeSet<>(Comparator.<Piece>comparingLong(p -> p.bytes).thenComparingLong(p -> p.number));

  private long reserved;
  private long used;
  private long pieces;
  private boolean closed;

  /** A stretch of a chunk, in use or a hole. */
  final class Piece {
    private final Pointer chunk;
    private final long start;
    private final long number;
    private long bytes;
    private boolean hole;
    private Piece previous;
    private Piece next;

    private Piece(Pointer chunk, long start, long bytes, long number) {
      this.chunk = chunk;
      this.start = start;
      this.bytes = bytes;
      this.number = number;
    }

    /** Where it begins. */
    long address() {
      return chunk.address() + start;
    }

    /** Makes it a hole. */
    void free() {
      used -= bytes;
      Piece whole = this;
      if (next != null && next.hole) {
        holes.remove(next);
        absorb(next);
      }
      if (previous != null && previous.hole) {
        whole = previous;
        holes.remove(whole);
        whole.absorb(this);
      }
      whole.hole = true;
      if (closed && whole.isWholeChunk()) {
        Pointer.free(whole.chunk);
      } else {
        holes.add(whole);
      }
    }

    private void absorb(Piece neighbour) {
      bytes += neighbour.bytes;
      next = neighbour.next;
      if (next != null) {
        next.previous = this;
      }
    }

    /** Keeps the first bytes; the rest becomes a hole. */
    private void cut(long length) {
      if (length == bytes) {
        return;
      }
      Piece rest = new Piece(chunk, start + length, bytes - length, pieces++);
      rest.hole = true;
      rest.previous = this;
      rest.next = next;
      if (next != null) {
        next.previous = rest;
      }
      next = rest;
      bytes = length;
      holes.add(rest);
    }

    private boolean isWholeChunk() {
      return previous == null && next == null;
    }
  }

  /**
   * Takes memory, aligned.
   *
   * @param bytes at least 1
   * @throws OutOfMemoryException if the system has none
   */
  Piece take(long bytes) {
    long length = aligned(bytes);
    Piece piece = smallestHole(length);
    if (piece == null) {
      piece = chunk(length);
    } else {
      holes.remove(piece);
    }
    piece.hole = false;
    piece.cut(length);
    used += length;
    return piece;
  }

  /** Bytes asked of the system. */
  long reserved() {
    return reserved;
  }

  /** Bytes of pieces in use. */
  long used() {
    return used;
  }

  private Piece smallestHole(long length) {
    return holes.ceiling(new Piece(null, 0, length, -1)); // Before all others of its size.
  }

  private Piece chunk(long length) {
    long bytes = Math.max(length, Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, reserved)));
    Pointer memory = Pointer.malloc(bytes + ALIGNMENT);
    if (memory == null || memory.isNull()) {
      throw new OutOfMemoryException(
          "the system gives no " + bytes + " bytes; the tensors have " + reserved + " already");
    }
    reserved += bytes;
    return new Piece(memory, aligned(memory.address()) - memory.address(), bytes, pieces++);
  }

  private static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Gives back what is not in use, and the rest as soon as it is not. */
  @Override
  public void close() {
    closed = true;
    for (Piece hole : holes) {
      if (hole.isWholeChunk()) {
        Pointer.free(hole.chunk);
      }
    }
    holes.removeIf(Piece::isWholeChunk);
  }
}
