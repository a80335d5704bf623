package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * One pass over matrices of as many rows: of each row, the numbers of those that are read come into
 * float32 arrays, a function works on the arrays, and some of them are written.
 *
 * <p>The kernels of {@link RowKernels} go through this one loop, and the function is called through
 * an interface, for the JIT compiler's sake: it gives up inlining in the middle of a method that
 * grows too large, and vectors that cross a call become objects. A loop of each kernel's own, with
 * the reading, the function and the writing all inlined, was three times slower than this (SwiGLU's
 * backward).
 */
final class RowPass {
  /** Computes on one row; used by one thread. */
  interface Function {
    /**
     * Changes the arrays of a row in place.
     *
     * @param row its number
     * @param rows an array for each matrix that is read, in the order they were named
     */
    void apply(long row, float[][] rows);
  }

  /** An array and where its row goes. */
  private record Write(int array, Rows target) {}

  private final List<Rows> reads = new ArrayList<>();
  private final List<Write> writes = new ArrayList<>();

  /** Reads this matrix into the next array. */
  RowPass read(Rows matrix) {
    reads.add(matrix);
    return this;
  }

  RowPass read(Tensor matrix) {
    return read(Rows.of(matrix));
  }

  /** Writes the array of that number to this matrix, which may be one that is read. */
  RowPass write(int array, Rows matrix) {
    writes.add(new Write(array, matrix));
    return this;
  }

  RowPass write(int array, Tensor matrix) {
    return write(array, Rows.of(matrix));
  }

  /** Shares the rows among a session's threads; the function keeps nothing from row to row. */
  void run(Torch session, Function function) {
    run(session, first -> function);
  }

  /** The same with functions, one for each part of the rows, asked for by the part's first row. */
  void run(Torch session, LongFunction<Function> functions) {
    Rows first = reads.get(0);
    session
        .workers()
        .share(first.count(), first.width(), (from, to) -> part(functions.apply(from), from, to));
  }

  /** Works on all rows in the calling thread. */
  void runHere(Function function) {
    part(function, 0, reads.get(0).count());
  }

  private void part(Function function, long from, long to) {
    Rows.Cursor[] sources = new Rows.Cursor[reads.size()];
    float[][] rows = new float[reads.size()][];
    for (int i = 0; i < sources.length; i++) {
      sources[i] = reads.get(i).between(from, to);
      rows[i] = new float[reads.get(i).width()];
    }
    Rows.Cursor[] targets = new Rows.Cursor[writes.size()];
    float[][] results = new float[writes.size()][];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = writes.get(i).target().between(from, to);
      results[i] = rows[writes.get(i).array()];
    }
    for (long row = from; row < to; row++) {
      for (int i = 0; i < sources.length; i++) {
        sources[i].read(row, rows[i]);
      }
      function.apply(row, rows);
      for (int i = 0; i < targets.length; i++) {
        targets[i].write(row, results[i]);
      }
    }
  }
}
