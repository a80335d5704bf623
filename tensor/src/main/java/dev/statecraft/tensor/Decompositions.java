package dev.statecraft.tensor;

import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/**
 * Matrices taken apart by LAPACK (on CUDA by its libraries). They need real numbers: there is
 * nothing to compute without memory, so not on a dry session.
 */
public final class Decompositions {
  private Decompositions() {}

  /**
   * The eigenvectors of a symmetric matrix {@code [n, n]}, as orthonormal columns {@code [n, n]} in
   * ascending order of their eigenvalues.
   */
  public static Tensor eigenvectors(Tensor symmetric) {
    try (T_TensorTensor_T parts = torch.linalg_eigh(symmetric.handle())) {
      return second(symmetric.torch(), parts);
    }
  }

  /**
   * The Q of {@code M = Q R} by Householder reflections, of a matrix {@code [n, r]} with r at most
   * n: orthonormal columns {@code [n, r]}, of which the first k span what the first k of M do.
   */
  public static Tensor orthonormalColumns(Tensor matrix) {
    try (T_TensorTensor_T parts = torch.linalg_qr(matrix.handle())) {
      return first(matrix.torch(), parts);
    }
  }

  /**
   * {@code M = Q R}, of a matrix {@code [n, r]}.
   *
   * @param q orthonormal columns {@code [n, min(n, r)]}
   * @param r upper triangular {@code [min(n, r), r]}
   */
  public record Qr(Tensor q, Tensor r) {}

  /** Takes a matrix {@code [n, r]} of any shape apart by Householder reflections. */
  public static Qr qr(Tensor matrix) {
    try (T_TensorTensor_T parts = torch.linalg_qr(matrix.handle())) {
      return new Qr(first(matrix.torch(), parts), second(matrix.torch(), parts));
    }
  }

  /**
   * {@code M = U diag(s) V'}, of a matrix {@code [n, m]}, with k = min(n, m).
   *
   * @param u orthonormal columns {@code [n, k]}
   * @param values s, {@code [k]}, not negative, in descending order
   * @param vt V', orthonormal rows {@code [k, m]}
   */
  public record Svd(Tensor u, Tensor values, Tensor vt) {}

  /** The thin singular value decomposition of a small matrix: it costs n m min(n, m). */
  public static Svd svd(Tensor matrix) {
    try (StringViewOptional usual = new StringViewOptional();
        T_TensorTensorTensor_T parts = torch.linalg_svd(matrix.handle(), false, usual)) {
      Torch session = matrix.torch();
      return new Svd(
          Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get0())),
          Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get1())),
          Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get2())));
    }
  }

  private static Tensor first(Torch session, T_TensorTensor_T parts) {
    return Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get0()));
  }

  private static Tensor second(Torch session, T_TensorTensor_T parts) {
    return Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get1()));
  }
}
