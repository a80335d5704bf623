package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Op;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import org.junit.jupiter.api.AfterEach;

/** A session for each test, which must be empty at its end, and pieces of oracles. */
abstract class OpTest {
  final Torch torch = Torch.cpu();

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.liveBytes()).isZero();
    torch.close();
  }

  OpCase of(Op op, int... lengths) {
    return new OpCase(torch, op, lengths);
  }

  /** {@code 1 / (1 + exp(-x))}. */
  static Tensor sigmoid(Tensor x) {
    Tensor grown = x.mul(-1).exp().addScalar(1);
    return x.torch().full(DType.FLOAT64, 1, x.shape()).div(grown);
  }

  /** {@code exp(x) / sum exp(x)} over the last dimension, without libtorch's kernel. */
  static Tensor softmax(Tensor x) {
    Tensor grown = x.sub(x.maxKeep(-1)).exp();
    return grown.div(grown.sumKeep(-1));
  }
}
