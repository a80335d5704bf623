package dev.statecraft.adapters.combine.method;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * ZipLoRA (Shah et al. 2024, "ZipLoRA: Any Subject in Any Style by Effectively Merging LoRAs",
 * arXiv 2311.13600): {@code M = sum_i W_i diag(m_i)}, the coefficients of the columns chosen so
 * that M does to each run's inputs what the run's own update does, and that runs do not share
 * columns. What is minimized is told by {@code ZipLoss}: for two runs the paper's loss with means
 * of squares for its norms, and for more the last term over all pairs. It is minimized by Adam from
 * m = 1; the result is never worse than that start, the plain sum of the updates.
 *
 * <p>Exact: the factors lie side by side, those of A with their columns scaled. Trained values that
 * are no matrices have no inputs to be fitted to: their mean is taken.
 *
 * @param lambda weight of the last term, 0 or more
 * @param iterations steps of Adam, 0 or more; some hundred are enough
 * @param inputs X of each edge and run
 */
public record ZipLora(double lambda, int iterations, EdgeInputs inputs) implements CombineMethod {
  /**
   * @throws IllegalArgumentException if lambda or the iterations are negative
   */
  public ZipLora {
    if (!(lambda >= 0) || Double.isInfinite(lambda) || iterations < 0) {
      throw new IllegalArgumentException(
          "expected lambda and iterations of 0 or more, found " + lambda + ", " + iterations);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if inputs are not {@code [rows, in]} in float64 with a row or
   *     more
   */
  @Override
  public Truncated combine(EdgeUpdates updates) {
    return Truncated.exactly(
        updates.torch(),
        () -> {
          List<Tensor> rows = new ArrayList<>();
          for (int run : updates.runs()) {
            rows.add(checked(inputs.of(updates.edge(), run), updates.in()));
          }
          double[] m = ZipDescent.minimize(new ZipLoss(updates, rows, lambda), iterations);
          Tensor byColumn = updates.torch().of(DType.FLOAT64, m, updates.in(), updates.count()).t();
          List<LowRankUpdate> scaled = new ArrayList<>();
          for (int i = 0; i < updates.count(); i++) {
            LowRankUpdate update = updates.updates().get(i);
            scaled.add(new LowRankUpdate(update.b(), update.a().mul(byColumn.narrow(0, i, 1))));
          }
          return LowRankUpdate.sum(scaled);
        });
  }

  private static Tensor checked(Tensor x, long in) {
    if (x.dim() != 2 || x.size(0) == 0 || x.size(1) != in || x.dtype() != DType.FLOAT64) {
      throw new IllegalArgumentException(
          "expected float64 inputs [rows, " + in + "] with a row or more, found " + x);
    }
    return x;
  }
}
