package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What ZipLoRA minimizes, as a function of {@code m [in, n]}, a column for each of n runs:
 *
 * <pre>
 * sum_i mean((X_i (M - W_i)')^2) + lambda sum_{i&lt;j} mean|m_i m_j|,   M = sum_j W_j diag(m_j)
 * </pre>
 *
 * <p>With all factors side by side, {@code B = [B_1 ... B_n]}, {@code A = [A_1; ...; A_n]}, is
 * {@code X_i (M - W_i)' = H_i B'}, {@code H_i = X_i C_i} and {@code C_i [in, R]} the columns of A'
 * scaled by {@code m_j}, less 1 for the run's own. So with {@code G = B' B} the first term is
 * {@code sum(H_i o H_i G) / (rows out)}, and no product is as wide as out. Where X has more rows
 * than columns, its R of {@code X = Q R} gives the same sums.
 */
final class ZipLoss {
  private final double lambda;
  private final long out;
  private final int in;
  private final int runs;
  private final List<Tensor> inputs; // [at most in, in]
  private final double[] rows; // Of the inputs before they were made shorter.
  private final List<Tensor> own; // [1, R], 1 at the run's factors.
  private final Tensor columns; // A' [in, R]
  private final Tensor gram; // G [R, R]
  private final Tensor groups; // [R, n], 1 where a factor is a run's.
  private final Tensor spread; // Its transpose.

  /**
   * Its tensors belong to the current scope.
   *
   * @param inputs X of each run {@code [rows, in]}, in the order of the updates
   */
  ZipLoss(EdgeUpdates updates, List<Tensor> inputs, double lambda) {
    this.lambda = lambda;
    this.out = updates.out();
    this.in = Math.toIntExact(updates.in());
    this.runs = updates.count();
    this.rows = inputs.stream().mapToDouble(x -> x.size(0)).toArray();
    this.inputs = inputs.stream().map(ZipLoss::shortened).toList();
    LowRankUpdate all = LowRankUpdate.sum(updates.updates());
    this.columns = all.a().t().copy();
    this.gram = all.b().t().matmul(all.b());
    double[][] owners = new double[runs][all.rank()];
    int factor = 0;
    for (int i = 0; i < runs; i++) {
      int rank = updates.updates().get(i).rank();
      Arrays.fill(owners[i], factor, factor + rank, 1);
      factor += rank;
    }
    List<Tensor> masks = new ArrayList<>();
    for (double[] owner : owners) {
      masks.add(updates.torch().of(DType.FLOAT64, owner, 1, owner.length));
    }
    this.own = List.copyOf(masks);
    this.spread = Tensor.cat(0, masks.toArray(Tensor[]::new));
    this.groups = spread.t();
  }

  private static Tensor shortened(Tensor x) {
    return x.size(0) > x.size(1) ? Decompositions.qr(x).r() : x;
  }

  /** Numbers in m. */
  int variables() {
    return in * runs;
  }

  /**
   * The loss.
   *
   * @param m row-major {@code [in, n]}
   * @param gradient what is written over by the gradient, {@code |.|} having slope 0 at 0
   */
  double evaluate(double[] m, double[] gradient) {
    return fit(m, gradient) + overlap(m, gradient);
  }

  private double fit(double[] m, double[] gradient) {
    double loss = 0;
    try (Scope scope = columns.torch().scope()) {
      Tensor scales = columns.torch().of(DType.FLOAT64, m, in, runs).matmul(spread);
      Tensor sum = columns.torch().zeros(DType.FLOAT64, in, runs);
      for (int i = 0; i < runs; i++) {
        Tensor x = inputs.get(i);
        double mean = 1 / (rows[i] * out);
        Tensor hidden = x.matmul(scales.sub(own.get(i)).mulInPlace(columns));
        Tensor upstream = hidden.matmul(gram);
        sum.addInPlace(x.t().matmul(upstream).mulInPlace(columns).matmul(groups), 2 * mean);
        loss += mean * hidden.mulInPlace(upstream).sum();
      }
      System.arraycopy(sum.toDoubles(), 0, gradient, 0, gradient.length);
    }
    return loss;
  }

  private double overlap(double[] m, double[] gradient) {
    double factor = lambda / in;
    double sum = 0;
    for (int c = 0; c < in; c++) {
      double magnitudes = 0;
      for (int i = 0; i < runs; i++) {
        sum += magnitudes * Math.abs(m[c * runs + i]);
        magnitudes += Math.abs(m[c * runs + i]);
      }
      for (int i = 0; i < runs; i++) {
        double own = m[c * runs + i];
        gradient[c * runs + i] += factor * Math.signum(own) * (magnitudes - Math.abs(own));
      }
    }
    return factor * sum;
  }
}
