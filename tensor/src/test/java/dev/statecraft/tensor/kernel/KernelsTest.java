package dev.statecraft.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.Autograd;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernels that write into memory they are given equal those that make their own. */
class KernelsTest {
  private final Torch torch = Torch.cpu();

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  /** Widths around the sizes at which libtorch's vector loops take another path. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT64", "FLOAT32", "BFLOAT16"})
  void softmaxInPlace(DType type) {
    for (long width : new long[] {1, 7, 8, 16, 31, 32, 33, 64, 255, 1024, 5000}) {
      try (Scope scope = torch.scope();
          Generator generator = torch.generator(width)) {
        Tensor x = torch.normal(generator, type, 0, 2, 9, width);
        Tensor gradient = torch.normal(generator, type, 0, 1, 9, width);
        Tensor expected = Kernels.softmax(x);
        Tensor expectedGradient =
            Autograd.vjp(in -> Kernels.softmax(in.get(0)), List.of(x), gradient).get(0);
        Tensor output = Kernels.softmaxInPlace(x);
        assertThat(output).isSameAs(x);
        assertThat(output.toDoubles()).as("width " + width).isEqualTo(expected.toDoubles());
        Tensor product = Kernels.softmaxBackwardInPlace(gradient, output);
        assertThat(product).isSameAs(gradient);
        assertThat(product.toDoubles())
            .as("gradient, width " + width)
            .isEqualTo(expectedGradient.toDoubles());
        expectedGradient.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT64", "FLOAT32", "BFLOAT16"})
  void intoStridedTargets(DType type) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(1)) {
      Tensor x = torch.normal(generator, type, 0, 1, 5, 37);
      Tensor gradient = torch.normal(generator, type, 0, 1, 5, 37);
      Tensor target = torch.zeros(type, 5, 50).narrow(1, 4, 37);
      Kernels.siluInto(target, x);
      same(target, Kernels.silu(x));
      Kernels.siluBackwardInto(target, gradient, x);
      same(target, Kernels.siluBackward(gradient, x));
      Kernels.geluBackwardInto(target, gradient, x, true);
      same(target, Kernels.geluBackward(gradient, x, true));
      target.copyFrom(gradient);
      Kernels.geluBackwardInto(target, target, x, false);
      same(target, Kernels.geluBackward(gradient, x, false));
      target.setToProduct(x, gradient);
      same(target, x.mul(gradient));
      target.setToProduct(target, 0.5);
      same(target, x.mul(gradient).mul(0.5));
    }
  }

  /** Equal up to the last places: vector loops and the scalar loops of strided memory differ. */
  private static void same(Tensor actual, Tensor expected) {
    double places =
        switch (actual.dtype()) {
          case FLOAT64 -> 1e-15;
          case FLOAT32 -> 1e-6;
          default -> 1e-2;
        };
    assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), within(4 * places));
  }
}
