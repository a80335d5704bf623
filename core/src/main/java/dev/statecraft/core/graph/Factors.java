package dev.statecraft.core.graph;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;

/**
 * What A and B of a low-rank update {@code s B A} start at where they start together; the caller
 * owns them.
 *
 * @param a A {@code [r, in]}
 * @param b B {@code [out, r]}
 */
public record Factors(Tensor a, Tensor b) implements AutoCloseable {
  /** PEFT's factor of both random matrices. */
  private static final double RANDOM = 0.1;

  /**
   * The part of a weight of the largest singular values, {@code s B A = U_r S_r V_r'} with {@code A
   * = sqrt(S_r / s) V_r'} and {@code B = U_r sqrt(S_r / s)}: PiSSA (Meng et al. 2024, "PiSSA:
   * Principal Singular Values and Singular Vectors Adaptation of Large Language Models", section
   * 3), with s as PEFT has it.
   *
   * <p>The singular vectors of the shorter side are the eigenvectors of W W' or W' W, those of the
   * other follow by a product with W; so what a factor lacks in precision for small values, B A
   * does not. That takes a matrix of the shorter side squared beside W, not of its own size.
   *
   * @param weight W {@code [out, in]} in float64
   * @param scale s, above 0
   */
  static Factors principal(Tensor weight, int rank, double scale) {
    try (Scope scope = weight.torch().scope()) {
      boolean wide = weight.size(1) > weight.size(0);
      Tensor top = leading(wide ? weight : weight.t(), rank);
      Tensor others = wide ? top.t().matmul(weight) : weight.matmul(top);
      double[] values = others.square().sum(wide ? 1 : 0).toDoubles();
      double[] roots = new double[rank];
      double[] inverse = new double[rank];
      for (int i = 0; i < rank; i++) {
        double singular = Math.sqrt(values[i]);
        roots[i] = Math.sqrt(singular / scale);
        inverse[i] = singular == 0 ? 0 : 1 / Math.sqrt(singular * scale);
      }
      Tensor a = wide ? others : top.t();
      Tensor b = wide ? top : others;
      return kept(
          a.mul(numbers(a, wide ? inverse : roots, rank, 1)),
          b.mul(numbers(b, wide ? roots : inverse, 1, rank)));
    }
  }

  /** The left singular vectors {@code [n, r]} of a matrix {@code [n, m]}, the largest first. */
  private static Tensor leading(Tensor matrix, int rank) {
    Torch torch = matrix.torch();
    Tensor vectors = Decompositions.eigenvectors(matrix.matmul(matrix.t()));
    long[] last = new long[rank];
    for (int i = 0; i < rank; i++) {
      last[i] = vectors.size(1) - 1 - i;
    }
    return vectors.indexSelect(1, torch.of(last, rank));
  }

  private static Tensor numbers(Tensor like, double[] values, long... shape) {
    return like.torch().of(DType.FLOAT64, values, shape);
  }

  /**
   * The first r columns of Q and rows of R of {@code W = Q R}: OLoRA (Büyükakyüz 2024, "OLoRA:
   * Orthonormal Low-Rank Adaptation of Large Language Models"). {@code B A} is then what of W lies
   * in the span of its first r columns; s does not change A or B.
   *
   * @param weight W {@code [out, in]} in float64
   */
  static Factors triangular(Tensor weight, int rank) {
    try (Scope scope = weight.torch().scope()) {
      Tensor q = Decompositions.orthonormalColumns(weight.narrow(1, 0, rank));
      return kept(q.t().matmul(weight), q);
    }
  }

  /**
   * Random ones whose product is zero though neither is: with the rows of a random orthogonal
   * matrix {@code [r, r]} in two halves P and Q, {@code A = P' X / 10}, {@code B = Y Q / 10}, X and
   * Y normal. As PEFT's {@code orthogonal}.
   *
   * @param rank r, even
   */
  static Factors orthogonal(
      Torch torch, Generator generator, DType type, int rank, long in, long out) {
    try (Scope scope = torch.scope()) {
      Tensor rows = torch.normal(generator, type, 0, 1, rank, rank);
      OrthonormalRows.make(rows);
      int half = rank / 2;
      Tensor x = torch.normal(generator, type, 0, 1, half, in);
      Tensor y = torch.normal(generator, type, 0, 1, out, half);
      return kept(
          rows.narrow(0, 0, half).t().matmul(x).mulInPlace(RANDOM),
          y.matmul(rows.narrow(0, half, half)).mulInPlace(RANDOM));
    }
  }

  /**
   * The factors {@code [A; A0]} {@code [2r, in]} and {@code [B, -B0]} {@code [out, 2r]} of {@code B
   * A - B0 A0}.
   *
   * @param a A
   * @param b B
   * @param start A0 and B0
   */
  public static Factors difference(Tensor a, Tensor b, Factors start) {
    try (Scope scope = a.torch().scope()) {
      return kept(
          Tensor.cat(0, a, start.a().as(a.dtype())),
          Tensor.cat(1, b, start.b().as(b.dtype()).mul(-1)));
    }
  }

  private static Factors kept(Tensor a, Tensor b) {
    return new Factors(a.escape(), b.escape());
  }

  @Override
  public void close() {
    a.close();
    b.close();
  }
}
