package dev.statecraft.tensor.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.Rows;
import dev.statecraft.tensor.vector.RowCodes;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RowCodecTest {
  private final Torch torch = Torch.cpu();

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(torch.liveTensors()).isZero();
    assertThat(torch.liveBytes()).isZero();
    torch.close();
  }

  /** Rows of normal numbers times powers of ten from -30 to 30, and rows of special ones. */
  private Tensor rows(DType type, int width) {
    double[] values = new double[40 * width];
    try (Generator generator = torch.generator(width);
        Tensor normal = torch.normal(generator, DType.FLOAT64, 0, 1, 40, width)) {
      double[] drawn = normal.toDoubles();
      for (int row = 0; row < 40; row++) {
        for (int i = 0; i < width; i++) {
          double x = drawn[row * width + i];
          values[row * width + i] =
              switch (row) {
                case 31 -> 0;
                case 32 -> -0.0;
                case 33 -> x * 1e-39; // Subnormal in float32.
                case 34 -> Math.max(-1, Math.min(x, 1)) * 3e38;
                case 35 -> i == width / 2 ? Double.NaN : x;
                case 36 -> i == width - 1 ? Double.POSITIVE_INFINITY : x;
                case 37 -> i == 0 ? Double.NEGATIVE_INFINITY : x;
                case 38 -> i == 0 ? 1e4 : x; // One that dwarfs the others.
                case 39 -> 1;
                default -> x * Math.pow(10, 2 * row - 30);
              };
        }
      }
    }
    return torch.of(type, values, 40, width);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT8, FLOAT32", "FLOAT8, BFLOAT16", "INT8, FLOAT32", "INT8, BFLOAT16"})
  void kernelsGiveLibtorchsCodes(RowCodec codec, DType type) {
    for (int width : new int[] {1, 7, 8, 16, 31, 33, 100, 1024}) {
      try (Scope scope = torch.scope()) {
        Tensor wide = rows(type, 2 * width);
        for (Tensor x : new Tensor[] {wide, wide.narrow(1, width / 2, width)}) {
          assertThat(Rows.supports(x)).isTrue();
          Tensor codes =
              torch.empty(DType.of(codec == RowCodec.INT8 ? "int8" : "float8_e4m3fn"), x.shape());
          Tensor scales = torch.empty(DType.FLOAT32, 40, 1);
          codec.compressWithLibtorch(codes, scales, x);
          Tensor kernelCodes = torch.empty(codes.dtype(), x.shape());
          Tensor kernelScales = torch.empty(DType.FLOAT32, 40, 1);
          CodeKernels.compress(codec, kernelCodes, kernelScales, x);
          assertThat(kernelScales.toFloats()).isEqualTo(scales.toFloats());
          assertThat(kernelCodes.toFloats()).as("width " + width).isEqualTo(codes.toFloats());
          Tensor restored = torch.empty(type, x.shape());
          codec.restoreWithLibtorch(restored, codes, scales);
          Tensor kernelRestored = torch.empty(type, x.shape());
          CodeKernels.restore(codec, kernelRestored, codes, scales);
          assertThat(kernelRestored.toFloats()).isEqualTo(restored.toFloats());
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT8, FLOAT32, 40", "FLOAT8, BFLOAT16, 40", "FLOAT8, FLOAT64, 40", "INT8, FLOAT32, 40",
    "INT8, BFLOAT16, 100", "INT8, FLOAT64, 40", "BFLOAT16, FLOAT32, 64", "BFLOAT16, FLOAT64, 33"
  })
  void comesBackWithinTheCodesDistance(RowCodec codec, DType type, int width) {
    try (Scope scope = torch.scope()) {
      Tensor x = rows(type, width);
      double[] before = x.toDoubles();
      double[] after = restored(codec, x);
      double rounding = type == DType.BFLOAT16 ? 1 / 256.0 : 1e-6; // Of the restored number.
      for (int row = 0; row < 40; row++) {
        double[] numbers = Arrays.copyOfRange(before, row * width, (row + 1) * width);
        boolean finite = Arrays.stream(numbers).allMatch(Double::isFinite);
        double most = Arrays.stream(numbers).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < width; i++) {
          double found = after[row * width + i];
          if (!finite && codec != RowCodec.BFLOAT16) {
            assertThat(found).as("in row " + row).isNaN();
            continue;
          }
          double number = Math.abs(numbers[i]);
          double error =
              switch (codec) {
                case BFLOAT16 -> number / 256 + 1e-40;
                case FLOAT8 -> Math.max(number / 16, most / 448 * 0x1p-10) * 1.0001 + 1e-38;
                case INT8 -> most / 254 * 1.0001 + 1e-38;
              };
          if (Double.isFinite(numbers[i])) {
            assertThat(found)
                .as("row " + row + ", number " + i)
                .isCloseTo(numbers[i], within(error + rounding * number));
          } else {
            assertThat(Double.compare(found, numbers[i])).isZero();
          }
        }
      }
    }
  }

  private double[] restored(RowCodec codec, Tensor x) {
    try (CompressedRows compressed = codec.compress(x);
        Tensor back = compressed.restore()) {
      assertThat(back.dtype()).isEqualTo(x.dtype());
      assertThat(back.shape()).isEqualTo(x.shape());
      return back.toDoubles();
    }
  }

  /** Every number between two codes, and the ties. */
  @Test
  void float8RoundsToTheNearest() {
    float[] codes = new float[127];
    for (int code = 0; code < 127; code++) {
      int exponent = code >> 3;
      float fraction = (code & 7) / 8f;
      codes[code] =
          exponent == 0
              ? fraction * (float) 0x1p-6
              : (1 + fraction) * (float) Math.pow(2, exponent - 7);
    }
    assertThat(codes[126]).isEqualTo(448);
    float[] x = new float[126 * 3 + 2];
    byte[] expected = new byte[x.length];
    for (int code = 0; code < 126; code++) {
      float middle = (codes[code] + codes[code + 1]) / 2;
      x[3 * code] = Math.nextDown(middle);
      expected[3 * code] = (byte) code;
      x[3 * code + 1] = -middle;
      expected[3 * code + 1] = (byte) ((code % 2 == 0 ? code : code + 1) | 0x80);
      x[3 * code + 2] = Math.nextUp(middle);
      expected[3 * code + 2] = (byte) (code + 1);
    }
    x[378] = 1e6f;
    expected[378] = 0x7E;
    x[379] = -500;
    expected[379] = (byte) 0xFE;
    byte[] found = new byte[x.length];
    RowCodes.toFloat8(x, 1, found, x.length);
    assertThat(found).isEqualTo(expected);
    float[] back = new float[254];
    byte[] all = new byte[254];
    for (int code = 0; code < 127; code++) {
      all[code] = (byte) code;
      all[127 + code] = (byte) (code | 0x80);
    }
    RowCodes.fromFloat8(all, 2, back, 254);
    for (int code = 0; code < 127; code++) {
      assertThat(back[code]).isEqualTo(2 * codes[code]);
      assertThat(back[127 + code]).isEqualTo(-2 * codes[code]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void takesTheSameBytesWithAndWithoutMemory(RowCodec codec) {
    for (DType type : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.BFLOAT16}) {
      for (long[] shape : new long[][] {{0, 16}, {5, 16}, {3000, 300}}) {
        long[] peaks = new long[2];
        for (Device device : new Device[] {Device.CPU, Device.META}) {
          try (Torch session = Torch.open(device);
              Tensor x = session.zeros(type, shape)) {
            session.resetPeak();
            CompressedRows compressed = codec.compress(x);
            assertThat(compressed.bytes()).isEqualTo(codec.bytes(shape[0], shape[1]));
            boolean shared = codec == RowCodec.BFLOAT16 && type == DType.BFLOAT16;
            assertThat(session.liveBytes() - x.bytes()).isEqualTo(shared ? 0 : compressed.bytes());
            compressed.restore().close();
            compressed.close();
            assertThat(session.liveBytes()).isEqualTo(x.bytes());
            assertThat(session.liveTensors()).isOne();
            peaks[device == Device.CPU ? 0 : 1] = session.peakBytes();
          }
        }
        assertThat(peaks[1]).as(type + " " + Arrays.toString(shape)).isEqualTo(peaks[0]);
      }
    }
  }

  @Test
  void onlyRowsOfFloatingPointNumbers() {
    try (Tensor vector = torch.zeros(DType.FLOAT32, 3);
        Tensor whole = torch.zeros(DType.INT64, 3, 2)) {
      assertThatThrownBy(() -> RowCodec.INT8.compress(vector))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("expected rows of floating-point numbers, found float32[3]");
      assertThatThrownBy(() -> RowCodec.INT8.compress(whole))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
