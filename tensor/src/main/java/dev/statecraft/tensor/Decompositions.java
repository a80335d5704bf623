package dev.statecraft.tensor;

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

  private static Tensor first(Torch session, T_TensorTensor_T parts) {
    return Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get0()));
  }

  private static Tensor second(Torch session, T_TensorTensor_T parts) {
    return Tensor.fresh(session, new org.bytedeco.pytorch.Tensor(parts.get1()));
  }
}
