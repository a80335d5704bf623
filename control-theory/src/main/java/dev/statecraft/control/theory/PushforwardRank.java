package dev.statecraft.control.theory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * In how many directions a control U moves a block's output when it starts from {@code U = 0}: the
 * rank of the differential of U -> output (Theorem 4.2 of From Weight-Based to State-Based
 * Fine-Tuning, ICML 2025).
 *
 * <p>The block is {@code x + a(x W) V}, with rows {@code x [tokens, in]}, {@code W [in, width]}, an
 * activation a, and {@code V [width, out]}. A control of its weight, {@code x + a(x (W + U)) V},
 * moves it by {@code ((x dU) o a'(x W)) V}: through the units whose slope is not 0, and no others.
 * A control of its state, {@code x + a(x W) V + x U}, moves it by {@code x dU}: in {@code rank(x) *
 * out} directions. Those are all that the output of one token has, if x is not 0, and all that
 * those of several tokens have, if the rows of x are independent.
 */
public final class PushforwardRank {
  private final double[] values;
  private final int directions;

  private PushforwardRank(double[] values, int directions) {
    this.values = values;
    this.directions = directions;
  }

  /**
   * Of a control of the weight.
   *
   * @param x what the block reads, {@code [tokens, in]}
   * @param slopes a'(x W) {@code [tokens, width]}; in a gated block, times what the unit is
   *     multiplied by
   * @param down V, {@code [width, out]}; the identity if there is none
   */
  public static PushforwardRank ofWeight(Matrix x, Matrix slopes, Matrix down) {
    Shapes.requireRows("slopes", slopes, x.rows());
    Shapes.requireRows("a matrix after the activation", down, slopes.columns());
    // x dU = (left diag) (right' dU): the last factor is as free as dU, and smaller.
    Matrix.Factors factors = x.svd();
    Matrix scores = factors.left().timesDiagonal(factors.values());
    Matrix differential =
        Matrix.blocks(
            x.rows(),
            scores.columns(),
            (token, k) -> down.transpose().timesDiagonal(row(slopes, token, scores.at(token, k))));
    return new PushforwardRank(differential.singularValues(), x.rows() * down.columns());
  }

  private static Matrix row(Matrix slopes, int token, double factor) {
    return slopes.block(token, 0, 1, slopes.columns()).scaled(factor).transpose();
  }

  /**
   * Of a control of the state.
   *
   * @param x what the control reads, {@code [tokens, in]}
   * @param out the width of the state it is added to
   */
  public static PushforwardRank ofState(Matrix x, int out) {
    Shapes.requireAtLeast("a width", 1, out);
    double[] each = x.singularValues();
    double[] all = new double[each.length * out];
    Arrays.setAll(all, i -> each[i / out]);
    return new PushforwardRank(all, x.rows() * out);
  }

  /** How many singular values are above {@code tolerance} times the largest. */
  public int rank(double tolerance) {
    return SingularValues.rank(values, tolerance);
  }

  /** How many directions the outputs of all tokens have: {@code tokens * out}. */
  public int directions() {
    return directions;
  }

  /** The singular values of the differential, largest first. */
  public List<Double> singularValues() {
    List<Double> list = new ArrayList<>();
    for (double value : values) {
      list.add(value);
    }
    return List.copyOf(list);
  }
}
