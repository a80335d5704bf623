package dev.statecraft.adapters.merge;

import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor's rows, {@value #SIZE} elements or one row at a time.
 *
 * @param from where it is
 * @param source which tensor
 * @param columns elements of a row
 */
record Pieces(Torch torch, CheckpointSource from, TensorEntry source, long columns) {
  /** Elements held at a time. */
  static final int SIZE = 1 << 18;

  /** Bytes mapped at a time: fewer, larger mappings than pieces. */
  static final int MAPPED = 1 << 26;

  /** What is done with some rows. */
  interface Piece {
    /**
     * Takes them.
     *
     * @param bytes their values
     * @param first row
     * @param count of rows
     */
    void take(ByteBuffer bytes, long first, long count) throws IOException;
  }

  /** Walks over the rows; tensors made for one piece are gone before the next. */
  void each(Piece piece) throws IOException {
    long rows = source.elements() / columns;
    long rowBytes = columns * source.type().bytes();
    long mapped = Math.max(1, MAPPED / rowBytes);
    long step = Math.max(1, SIZE / columns);
    for (long start = 0; start < rows; start += mapped) {
      long some = Math.min(mapped, rows - start);
      ByteBuffer part =
          from.read(source.name(), start * rowBytes, Math.toIntExact(some * rowBytes));
      for (long first = 0; first < some; first += step) {
        long count = Math.min(step, some - first);
        ByteBuffer slice =
            part.slice((int) (first * rowBytes), (int) (count * rowBytes))
                .order(ByteOrder.LITTLE_ENDIAN);
        try (Scope scope = torch.scope()) {
          piece.take(slice, start + first, count);
        }
      }
    }
  }
}
