package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.thread.Workers;
import dev.statecraft.tensor.vector.RowMath;
import dev.statecraft.tensor.vector.ThinMath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Products of one row and thin matrices, as when a text is written token by token.
 *
 * <p>A library takes longer to set such a product up and to share it among threads than to compute
 * it (measured on two processors: 34 microseconds for {@code B (A x)} of rank 32 and 576 features
 * in bfloat16, 16 in float32; here 8 and 7). Matrices are read as they are held, in float32 or
 * bfloat16, whatever the type of the row; sums are in float32.
 */
public final class OneRow {
  /** Numbers of a matrix from which on it is shared among threads. */
  private static final long WORTH_SHARING = 1L << 18;

  /** Columns of the second factor that one thread takes at once. */
  private static final int BLOCK = 4096;

  private OneRow() {}

  /** Whether it is one row, and it and the matrix are of types that are taken here. */
  public static boolean suits(Tensor row, Tensor matrix) {
    return row.dim() == 2
        && row.size(0) == 1
        && Rows.supports(row)
        && Rows.supports(matrix)
        && matrix.isContiguous();
  }

  /**
   * {@code W x}.
   *
   * @param x {@code [1, in]}
   * @param weight {@code [out, in]}, with few rows
   * @return {@code [1, out]}, of the type of x
   */
  public static Tensor linear(Tensor x, Tensor weight) {
    Tensor result = x.torch().empty(x.dtype(), 1, weight.size(0));
    if (Rows.isEmpty(result)) {
      return result;
    }
    float[] numbers = read(x);
    Rows rows = Rows.of(weight);
    float[] sums = new float[(int) rows.count()];
    share(
        weight,
        rows.count(),
        (from, to) -> {
          Rows.Cursor cursor = rows.between(from, to);
          float[] row = new float[rows.width()];
          for (long i = from; i < to; i++) {
            cursor.read(i, row);
            sums[(int) i] = RowMath.dot(row, numbers, row.length);
          }
        });
    write(result, sums);
    return result;
  }

  /**
   * {@code y = y + s B h}.
   *
   * @param y {@code [1, out]}, changed
   * @param h {@code [1, rank]}
   * @param transposed B's columns as rows, {@code [rank, out]}: a sum of few rows takes less than
   *     many short products
   */
  public static void addProduct(Tensor y, Tensor h, Tensor transposed, double scale) {
    if (Rows.isEmpty(y)) {
      return;
    }
    float[] sums = read(y);
    float[] factors = read(h);
    try (Scope scope = y.torch().scope()) {
      List<Rows> blocks = new ArrayList<>();
      for (long first = 0; first < sums.length; first += BLOCK) {
        blocks.add(Rows.of(transposed.narrow(1, first, Math.min(BLOCK, sums.length - first))));
      }
      share(
          transposed,
          blocks.size(),
          (from, to) -> {
            for (long i = from; i < to; i++) {
              addBlock(sums, (int) i * BLOCK, factors, blocks.get((int) i), scale);
            }
          });
    }
    write(y, sums);
  }

  private static void addBlock(float[] sums, int first, float[] factors, Rows block, double scale) {
    Rows.Cursor cursor = block.between(0, factors.length);
    float[] row = new float[block.width()];
    float[] sum = Arrays.copyOfRange(sums, first, first + row.length);
    for (int k = 0; k < factors.length; k++) {
      cursor.read(k, row);
      ThinMath.addScaled(sum, row, (float) (scale * factors[k]), row.length);
    }
    System.arraycopy(sum, 0, sums, first, sum.length);
  }

  private static void share(Tensor matrix, long rows, Workers.Part part) {
    if (matrix.elements() < WORTH_SHARING) {
      part.run(0, rows);
    } else {
      matrix.torch().workers().share(rows, matrix.elements() / rows, part);
    }
  }

  private static float[] read(Tensor row) {
    Rows rows = Rows.of(row);
    float[] numbers = new float[rows.width()];
    rows.between(0, 1).read(0, numbers);
    return numbers;
  }

  private static void write(Tensor row, float[] numbers) {
    Rows.of(row).between(0, 1).write(0, numbers);
  }
}
