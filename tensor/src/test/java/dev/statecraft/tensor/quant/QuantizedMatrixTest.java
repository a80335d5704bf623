package dev.statecraft.tensor.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Against the formats' definitions, computed number by number in plain Java. */
class QuantizedMatrixTest {
  private static final float[] LEVELS = {
    -1f,
    -0.6961928f,
    -0.52507305f,
    -0.3949175f,
    -0.28444138f,
    -0.18477343f,
    -0.091050036f,
    0f,
    0.0795803f,
    0.1609302f,
    0.2461123f,
    0.33791524f,
    0.44070983f,
    0.562617f,
    0.72295684f,
    1f
  };

  /** Normal numbers of different sizes, with a row of zeros and some outliers. */
  private static float[] matrix(int rows, int columns) {
    Random random = new Random(rows * 1000L + columns);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      double size = 0.02 * (1 + i / columns % 7) * (i % 311 == 5 ? 12 : 1);
      values[i] = (float) (i / columns == 3 ? 0 : size * random.nextGaussian());
    }
    return values;
  }

  private static float[] dequantized(QuantizedMatrix matrix, Torch torch, DType type) {
    try (Tensor target = torch.full(type, 99, matrix.rows(), matrix.columns())) {
      matrix.dequantizeInto(target);
      return target.toFloats();
    }
  }

  @ParameterizedTest
  @CsvSource({"64, 576", "5, 64", "7, 96", "9, 31", "3, 5", "1, 1", "40, 1000", "700, 512"})
  void nf4IsTheNearestLevelTimesTheScale(int rows, int columns) {
    float[] values = matrix(rows, columns);
    float[] expected = nf4(values);
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, rows, columns);
        QuantizedMatrix matrix = QuantizedMatrix.of(Quantization.NF4, weight)) {
      assertThat(dequantized(matrix, torch, DType.FLOAT32)).isEqualTo(expected);
      assertThat(dequantized(matrix, torch, DType.FLOAT64)).isEqualTo(expected);
      assertThat(dequantized(matrix, torch, DType.BFLOAT16)).isEqualTo(rounded(torch, expected));
      long blocks = (values.length + 63L) / 64;
      assertThat(matrix.bytes())
          .isEqualTo((values.length + 1L) / 2 + blocks + 4 * ((blocks + 255) / 256) + 4);
    }
  }

  @ParameterizedTest
  @CsvSource({"64, 576", "5, 64", "9, 31", "1, 1", "700, 512"})
  void int8IsTheNearestOf127StepsOfTheRow(int rows, int columns) {
    float[] values = matrix(rows, columns);
    float[] expected = int8(values, columns);
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, rows, columns);
        QuantizedMatrix matrix = QuantizedMatrix.of(Quantization.INT8, weight)) {
      assertThat(dequantized(matrix, torch, DType.FLOAT32)).isEqualTo(expected);
      assertThat(dequantized(matrix, torch, DType.FLOAT64)).isEqualTo(expected);
      assertThat(dequantized(matrix, torch, DType.BFLOAT16)).isEqualTo(rounded(torch, expected));
      assertThat(matrix.bytes()).isEqualTo((long) rows * columns + 4L * rows);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "64, 576, 32",
    "5, 64, 32",
    "7, 96, 64",
    "9, 31, 32",
    "3, 5, 2",
    "1, 1, 8",
    "6, 88, 8",
    "11, 84, 32",
    "700, 512, 128"
  })
  void int4IsTheNearestOf15StepsOfTheGroup(int rows, int columns, int group) {
    float[] values = matrix(rows, columns);
    float[] codes = new float[rows * columns];
    float[] expected = int4(values, columns, group, codes);
    int groups = (columns + group - 1) / group;
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, rows, columns);
        Int4Groups matrix = Int4Groups.of(weight, group)) {
      assertThat(dequantized(matrix, torch, DType.FLOAT32)).isEqualTo(expected);
      assertThat(wide(matrix, torch)).isEqualTo(wide(matrix, codes));
      assertThat(dequantized(matrix, torch, DType.BFLOAT16)).isEqualTo(rounded(torch, expected));
      assertThat(composed(matrix, torch, DType.FLOAT32)).isEqualTo(expected);
      assertThat(composed(matrix, torch, DType.BFLOAT16)).isEqualTo(rounded(torch, expected));
      assertThat(unpacked(matrix)).isEqualTo(codes);
      assertThat(matrix.bytes()).isEqualTo(rows * ((columns + 1L) / 2) + 2L * 4 * rows * groups);
    }
  }

  /** By libtorch's operations: our kernels write contiguous matrices only. */
  private static float[] composed(QuantizedMatrix matrix, Torch torch, DType type) {
    try (Tensor wide = torch.full(type, 99, matrix.rows(), matrix.columns() + 1);
        Tensor target = wide.narrow(1, 0, matrix.columns())) {
      matrix.dequantizeInto(target);
      try (Tensor values = target.copyTo(DType.FLOAT32)) {
        return values.toFloats();
      }
    }
  }

  private static double[] wide(Int4Groups matrix, Torch torch) {
    try (Tensor target = torch.full(DType.FLOAT64, 99, matrix.rows(), matrix.columns())) {
      matrix.dequantizeInto(target);
      return target.toDoubles();
    }
  }

  /** By the definition, in float64. */
  private static double[] wide(Int4Groups matrix, float[] codes) {
    float[] scales = matrix.scales().toFloats();
    float[] zeros = matrix.zeros().toFloats();
    int columns = (int) matrix.columns();
    double[] values = new double[codes.length];
    for (int i = 0; i < values.length; i++) {
      int group = i / columns * (int) matrix.scales().size(1) + i % columns / matrix.group();
      values[i] = (double) codes[i] * scales[group] + zeros[group];
    }
    return values;
  }

  private static float[] unpacked(Int4Groups matrix) {
    long[] bytes = matrix.codes().toLongs();
    int columns = (int) matrix.columns();
    int half = (columns + 1) / 2;
    float[] codes = new float[(int) matrix.rows() * columns];
    for (int i = 0; i < codes.length; i++) {
      long pair = bytes[i / columns * half + i % columns / 2];
      codes[i] = i % columns % 2 == 0 ? pair >> 4 : pair & 15;
    }
    return codes;
  }

  /** A scale that is the least float32 above 0, or twice that, is far off what it is rounded of. */
  @Test
  void int4ClampsTheCodesOfTheLeastNumbers() {
    float[] values = {0, 22 * Float.MIN_VALUE, 7 * Float.MIN_VALUE, 3, 3, 3};
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, 1, 6);
        Int4Groups matrix = Int4Groups.of(weight, 2)) {
      assertThat(unpacked(matrix)).containsExactly(0, 15, 0, 15, 0, 0);
      assertThat(matrix.scales().toFloats()).containsExactly(Float.MIN_VALUE, 0.2f, 0);
      assertThat(matrix.zeros().toFloats()).containsExactly(0, 7 * Float.MIN_VALUE, 3);
    }
  }

  /** Steps that are powers of 2: other scales are rounded, and move when they are found again. */
  @Test
  void int4QuantizesItsOwnValuesToThemselves() {
    float[] values = matrix(16, 128);
    for (int i = 0; i < values.length; i += 32) {
      values[i] = -1;
      values[i + 1] = 2.75f;
    }
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, 16, 128);
        QuantizedMatrix once = QuantizedMatrix.of(Quantization.INT4, weight)) {
      float[] first = dequantized(once, torch, DType.FLOAT32);
      try (Tensor again = torch.of(DType.FLOAT32, first, 16, 128);
          QuantizedMatrix twice = QuantizedMatrix.of(Quantization.INT4, again)) {
        assertThat(dequantized(twice, torch, DType.FLOAT32)).isEqualTo(first);
      }
    }
  }

  @Test
  void int4RefusesPartsThatDoNotFit() {
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.zeros(DType.FLOAT32, 4, 8);
        Tensor codes = torch.zeros(DType.UINT8, 4, 4);
        Tensor scales = torch.zeros(DType.FLOAT32, 4, 2)) {
      assertThatThrownBy(() -> new Int4Groups(8, 8, codes, scales, scales))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected codes, scales and zeros of one matrix of 8 columns");
      assertThatThrownBy(() -> new Int4Groups(3, 8, codes, scales, scales))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Int4Groups.of(weight, 7))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected groups of an even number, found 7");
      assertThat(torch.liveTensors()).isEqualTo(3);
    }
  }

  private static float[] rounded(Torch torch, float[] values) {
    try (Tensor narrow = torch.of(DType.BFLOAT16, values, values.length)) {
      return narrow.toFloats();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "NF4"})
  void aQuantizedMatrixQuantizesToItself(Quantization format) {
    // Every block's largest magnitude is the same, so that nothing is lost to the scales.
    float[] values = matrix(16, 128);
    for (int i = 0; i < values.length; i += 64) {
      values[i] = i % 128 == 0 ? 3 : -3;
    }
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, 16, 128);
        QuantizedMatrix once = QuantizedMatrix.of(format, weight)) {
      float[] first = dequantized(once, torch, DType.FLOAT32);
      try (Tensor again = torch.of(DType.FLOAT32, first, 16, 128);
          QuantizedMatrix twice = QuantizedMatrix.of(format, again)) {
        assertThat(dequantized(twice, torch, DType.FLOAT32)).isEqualTo(first);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Quantization.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void isFreedAndTakesTheSameBytesWithoutMemory(Quantization format) {
    long[] bytes = new long[2];
    int i = 0;
    for (Device device : new Device[] {Device.CPU, Device.META}) {
      try (Torch torch = Torch.open(device)) {
        try (Tensor weight = torch.full(DType.BFLOAT16, 0.5, 70, 1000);
            QuantizedMatrix matrix = QuantizedMatrix.of(format, weight)) {
          assertThat(torch.liveBytes() - weight.bytes()).isEqualTo(matrix.bytes());
          try (Tensor target = torch.empty(DType.FLOAT32, 70, 1000)) {
            matrix.dequantizeInto(target);
          }
          bytes[i++] = matrix.bytes();
        }
        assertThat(torch.liveTensors()).isZero();
        assertThat(torch.liveBytes()).isZero();
      }
    }
    assertThat(bytes[1]).isEqualTo(bytes[0]).isLessThan(70L * 1000 * 2);
  }

  /** Temporaries are bounded however large the matrix is. */
  @ParameterizedTest
  @EnumSource(value = Quantization.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void quantizesAPieceAtATime(Quantization format) {
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.zeros(DType.FLOAT32, 4096, 2048)) {
      torch.resetPeak();
      try (QuantizedMatrix matrix = QuantizedMatrix.of(format, weight)) {
        assertThat(torch.peakBytes() - weight.bytes() - matrix.bytes())
            .isLessThan(weight.bytes() / 2);
      }
    }
  }

  /** bitsandbytes computes its map in float32, which moves some levels by a last bit. */
  @Test
  void levelsOfScalesAreTheDynamicMap() {
    float[] exact = dynamicMap();
    float[] levels = Nf4Levels.scales();
    assertThat(levels).hasSize(256);
    for (int i = 0; i < 256; i++) {
      assertThat(levels[i]).isCloseTo(exact[i], within(2 * Math.ulp(exact[i])));
    }
    // Of create_dynamic_map() of bitsandbytes, run by PyTorch: zlib.crc32(map.numpy().tobytes()).
    assertThat(checksum(levels, DType.FLOAT32)).isEqualTo(454261483L);
  }

  /**
   * The bits that bitsandbytes' formulas (backends/default/ops.py) give in PyTorch for the same
   * numbers: zlib.crc32 over them.
   */
  @ParameterizedTest
  @CsvSource({
    "NF4, FLOAT32, 2051104452",
    "NF4, BFLOAT16, 3554103062",
    "INT8, FLOAT32, 4234816825",
    "INT8, BFLOAT16, 764779799"
  })
  void dequantizesToTheBitsOfPyTorch(Quantization format, DType type, long expected) {
    float[] values = new float[200 * 160];
    for (int i = 0; i < values.length; i++) {
      double uniform = (i * 2654435761L & 0xFFFFFFFFL) / 0x1p32 - 0.5;
      values[i] = (float) (uniform * (1 + i / 64 % 5));
    }
    try (Torch torch = Torch.cpu();
        Tensor weight = torch.of(DType.FLOAT32, values, 200, 160);
        QuantizedMatrix matrix = QuantizedMatrix.of(format, weight)) {
      assertThat(checksum(dequantized(matrix, torch, type), type)).isEqualTo(expected);
    }
  }

  private static long checksum(float[] values, DType type) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      if (type == DType.FLOAT32) {
        bytes.putFloat(value);
      } else {
        bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
      }
    }
    CRC32 checksum = new CRC32();
    checksum.update(bytes.flip());
    return checksum.getValue();
  }

  @Test
  void refusesWhatIsNoMatrix() {
    try (Torch torch = Torch.cpu();
        Tensor vector = torch.zeros(DType.FLOAT32, 64);
        Tensor matrix = torch.zeros(DType.FLOAT32, 8, 8)) {
      assertThatThrownBy(() -> QuantizedMatrix.of(Quantization.NF4, vector))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected a row-major matrix to quantize");
      assertThatThrownBy(() -> QuantizedMatrix.of(Quantization.NONE, matrix))
          .hasMessage("quantize: expected a format, found none");
    }
    assertThatThrownBy(() -> Quantization.of("int3"))
        .hasMessage(
            "quantize: expected one of [none, int8, nf4, int4, int4-64, int4-128], found 'int3'");
  }

  // ---- the formats, number by number ----

  private static float[] nf4(float[] values) {
    int blocks = (values.length + 63) / 64;
    float[] scales = new float[blocks];
    int[] codes = new int[values.length];
    for (int b = 0; b < blocks; b++) {
      int end = Math.min(values.length, 64 * (b + 1));
      for (int i = 64 * b; i < end; i++) {
        scales[b] = Math.max(scales[b], Math.abs(values[i]));
      }
      float inverse = scales[b] == 0 ? 0 : 1 / scales[b];
      for (int i = 64 * b; i < end; i++) {
        codes[i] = nearest(LEVELS, values[i] * inverse);
      }
    }
    float[] own = doubleQuantized(scales, mean(scales));
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = LEVELS[codes[i]] * own[i / 64];
    }
    return result;
  }

  /** In float32, added up in libtorch's order, as bitsandbytes on the CPU does. */
  private static float mean(float[] scales) {
    try (Torch torch = Torch.cpu();
        Tensor vector = torch.of(DType.FLOAT32, scales, scales.length)) {
      return (float) vector.sum() / scales.length;
    }
  }

  private static float[] doubleQuantized(float[] scales, float mean) {
    float[] levels = Nf4Levels.scales();
    float[] result = new float[scales.length];
    for (int start = 0; start < scales.length; start += 256) {
      int end = Math.min(scales.length, start + 256);
      float largest = 0;
      for (int i = start; i < end; i++) {
        largest = Math.max(largest, Math.abs(scales[i] - mean));
      }
      for (int i = start; i < end; i++) {
        float scaled = largest == 0 ? 0 : (scales[i] - mean) * (1 / largest);
        result[i] = levels[nearest(levels, scaled)] * largest + mean;
      }
    }
    return result;
  }

  private static float[] int8(float[] values, int columns) {
    float[] result = new float[values.length];
    for (int start = 0; start < values.length; start += columns) {
      float largest = 0;
      for (int i = start; i < start + columns; i++) {
        largest = Math.max(largest, Math.abs(values[i]));
      }
      for (int i = start; i < start + columns; i++) {
        long code = largest == 0 ? 0 : (long) Math.rint(values[i] * (1 / largest * 127f));
        result[i] = code * largest * (1 / 127f);
      }
    }
    return result;
  }

  /** The values; writes the codes. */
  private static float[] int4(float[] values, int columns, int group, float[] codes) {
    float[] result = new float[values.length];
    for (int row = 0; row < values.length; row += columns) {
      for (int start = row; start < row + columns; start += group) {
        int end = Math.min(start + group, row + columns);
        float zero = values[start];
        float largest = values[start];
        for (int i = start; i < end; i++) {
          zero = Math.min(zero, values[i]);
          largest = Math.max(largest, values[i]);
        }
        float scale = (float) (((double) largest - zero) / 15);
        for (int i = start; i < end; i++) {
          codes[i] = scale == 0 ? 0 : (float) Math.rint((values[i] - zero) / scale);
          result[i] = codes[i] * scale + zero;
        }
      }
    }
    return result;
  }

  private static int nearest(float[] levels, float x) {
    int best = 0;
    for (int i = 1; i < levels.length; i++) {
      if (Math.abs((double) x - levels[i]) < Math.abs((double) x - levels[best])) {
        best = i;
      }
    }
    return best;
  }

  /** By the definition of the dynamic data type, in double. */
  private static float[] dynamicMap() {
    float[] map = new float[256];
    int count = 0;
    for (int i = 0; i < 7; i++) {
      int parts = 1 << i;
      for (int j = 0; j < parts; j++) {
        double middle = 0.1 + 0.9 * (j + 0.5) / parts;
        map[count++] = (float) (middle * Math.pow(10, i - 6));
        map[count++] = (float) (-middle * Math.pow(10, i - 6));
      }
    }
    map[count] = 1;
    Arrays.sort(map);
    return map;
  }
}
