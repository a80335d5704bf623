package dev.statecraft.tensor.kernel;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.vector.RowMath;
import java.util.Optional;

/**
 * Softmax of one block's scores, and its backward, by rows: each over the keys that its query sees.
 * Columns of the others become 0. With a cap, scores are {@code c tanh(s x / c)} first.
 *
 * @param band which keys are seen
 * @param type of scores
 */
record BandSoftmax(AttentionBand band, DType type) {
  /**
   * Turns products {@code [g count, columns]} into probabilities.
   *
   * @param slopes written, where a backward through a cap follows: {@code 1 - tanh^2}
   */
  void forward(
      org.bytedeco.pytorch.Tensor scores,
      int from,
      int count,
      Optional<org.bytedeco.pytorch.Tensor> slopes) {
    Rows rows = Rows.of(scores, type);
    RowPass pass = new RowPass().read(rows).write(0, rows);
    slopes.ifPresent(target -> pass.read(Rows.of(target, type)).write(1, Rows.of(target, type)));
    int first = band.firstKey(from);
    float scale = scale();
    float cap = (float) band.rule().cap();
    pass.runHere(
        (row, r) -> {
          int position = from + (int) (row % count);
          int begin = band.firstSeen(position) - first;
          int end = band.endSeen(position) - first;
          if (cap == 0) {
            RowMath.softmax(r[0], scale, begin, end);
            return;
          }
          RowMath.cap(r[0], scale, cap, r[0].length);
          if (r.length > 1) {
            RowMath.capSlopes(r[1], r[0], cap, r[0].length);
          }
          RowMath.softmax(r[0], 1, begin, end);
        });
  }

  /** Replaces the gradient of probabilities by that of the products. */
  void backward(
      org.bytedeco.pytorch.Tensor gradient,
      org.bytedeco.pytorch.Tensor probabilities,
      int from,
      int count,
      Optional<org.bytedeco.pytorch.Tensor> slopes) {
    Rows rows = Rows.of(gradient, type);
    RowPass pass = new RowPass().read(rows).read(Rows.of(probabilities, type)).write(0, rows);
    slopes.ifPresent(source -> pass.read(Rows.of(source, type)));
    int first = band.firstKey(from);
    float scale = scale();
    pass.runHere(
        (row, r) -> {
          int position = from + (int) (row % count);
          int begin = band.firstSeen(position) - first;
          int end = band.endSeen(position) - first;
          RowMath.softmaxBackward(r[0], r[1], scale, begin, end);
          if (r.length > 2) {
            RowMath.multiply(r[0], r[0], r[2], r[0].length);
          }
        });
  }

  private float scale() {
    return (float) band.rule().scale();
  }
}
