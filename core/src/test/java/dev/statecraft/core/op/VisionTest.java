package dev.statecraft.core.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisionTest extends OpTest {
  /** A linear map of the patches equals a convolution whose stride is its kernel's size. */
  @ParameterizedTest
  @CsvSource({"1, 2, 2", "3, 2, 6", "2, 3, 6", "1, 1, 3"})
  void patchesAreWhatAConvolutionSees(int channels, int patch, int image) {
    Patches op = new Patches(channels, patch, image);
    int side = image / patch;
    int images = 2;
    int pixels = channels * image * image;
    Shape shape = Shape.of(Axis.SEQUENCES, Dim.of(channels), Dim.of(image), Dim.of(image));
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(9)) {
      double[] values = torch.normal(generator, DType.FLOAT64, 0, 1, images, pixels).toDoubles();
      double[] kernel = torch.normal(generator, DType.FLOAT64, 0, 1, pixels).toDoubles();
      Tensor input = torch.of(DType.FLOAT64, values, images, channels, image, image);
      Layout layout = Layout.ofLengths(side * side + 1, side * side + 1);
      OpHarness.Result result =
          new OpHarness(torch, op, layout, DType.FLOAT64, 1).forward(List.of(input), List.of());
      assertThat(result.shape())
          .containsExactly((long) images * side * side, (long) channels * patch * patch);
      assertThat(op.infer(List.of(State.compute("pixels", shape)), List.of()))
          .isEqualTo(Shape.of(Axis.PATCHES, Dim.of((long) channels * patch * patch)));
      int features = channels * patch * patch;
      for (int n = 0; n < images; n++) {
        for (int row = 0; row < side; row++) {
          for (int column = 0; column < side; column++) {
            double convolved = 0;
            for (int c = 0; c < channels; c++) {
              for (int i = 0; i < patch; i++) {
                for (int j = 0; j < patch; j++) {
                  int y = row * patch + i;
                  int x = column * patch + j;
                  double pixel = values[((n * channels + c) * image + y) * image + x];
                  convolved += pixel * kernel[(c * patch + i) * patch + j];
                }
              }
            }
            double product = 0;
            int index = (n * side + row) * side + column;
            for (int f = 0; f < features; f++) {
              product += result.output()[index * features + f] * kernel[f];
            }
            assertThat(product).isCloseTo(convolved, within(1e-12));
          }
        }
      }
    }
    assertThat(op.differentiable()).isFalse();
    assertThat(op.patchesPerImage()).isEqualTo(side * side);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "1, 4, 3", "3, 2, 5"})
  void classTokenComesFirstAndPositionsAreAdded(int images, int patches, int hidden) {
    int[] tokens = new int[images];
    int[] lengths = new int[images];
    Arrays.fill(tokens, patches + 1);
    Arrays.fill(lengths, patches);
    of(new ClassToken(patches), tokens)
        .axis(Axis.PATCHES, lengths)
        .input(Shape.of(Axis.PATCHES, Dim.of(hidden)))
        .parameter(1, 1, hidden)
        .parameter(1, patches + 1, hidden)
        .verify(
            (x, w) -> {
              List<Tensor> rows = new ArrayList<>();
              Tensor positions = w.get(1).reshape(patches + 1, hidden);
              for (int i = 0; i < images; i++) {
                Tensor first = w.get(0).reshape(1, hidden);
                Tensor rest = x.get(0).narrow(0, (long) i * patches, patches);
                rows.add(Tensor.cat(0, first, rest).add(positions));
              }
              return Tensor.cat(0, rows.toArray(Tensor[]::new));
            });
  }
}
