package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Matrices of 4 bits as floats, number by number. */
class PackedCheckpointTest {
  private static final int ROWS = 5;
  private static final int COLUMNS = 22;
  private static final int GROUP = 8;
  private static final int GROUPS = 3;

  @TempDir Path folder;

  private final byte[] codes = new byte[ROWS * COLUMNS / 2];
  private final float[] scales = new float[ROWS * GROUPS];
  private final float[] zeros = new float[ROWS * GROUPS];

  private SafetensorsFile write(Map<String, TensorEntry> changed) throws IOException {
    Random random = new Random(7);
    random.nextBytes(codes);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = random.nextFloat();
      zeros[i] = random.nextFloat() - 0.5f;
    }
    SafetensorsWriter writer = new SafetensorsWriter();
    add(writer, changed, TensorEntry.of("a.weight.codes", ElementType.U8, ROWS, COLUMNS / 2));
    add(writer, changed, TensorEntry.of("a.weight.scales", ElementType.F32, ROWS, GROUPS));
    add(writer, changed, TensorEntry.of("a.weight.zeros", ElementType.F32, ROWS, GROUPS));
    add(writer, changed, TensorEntry.of("norm.weight", ElementType.F32, 3));
    Path file = folder.resolve("model.safetensors");
    writer.writeTo(file);
    return SafetensorsFile.open(file);
  }

  private void add(SafetensorsWriter writer, Map<String, TensorEntry> changed, TensorEntry usual) {
    TensorEntry entry = changed.getOrDefault(usual.name(), usual);
    writer.add(entry, () -> bytes(usual.name(), (int) entry.bytes()));
  }

  private ByteBuffer bytes(String name, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    if (name.endsWith("codes")) {
      bytes.put(codes, 0, count);
    } else if (count == scales.length * Float.BYTES) {
      bytes.asFloatBuffer().put(name.endsWith("scales") ? scales : zeros);
    }
    return bytes.rewind();
  }

  private float value(int element) {
    int row = element / COLUMNS;
    int column = element % COLUMNS;
    int pair = codes[row * COLUMNS / 2 + column / 2] & 0xFF;
    int code = column % 2 == 0 ? pair >> 4 : pair & 15;
    return code * scales[row * GROUPS + column / GROUP] + zeros[row * GROUPS + column / GROUP];
  }

  /** A header alone may say so. */
  @Test
  void moreColumnsThanAnArrayHoldsAreRefused() throws IOException {
    SafetensorsFile file =
        write(
            Map.of(
                "a.weight.codes", TensorEntry.of("a.weight.codes", ElementType.U8, 0, 1L << 60)));
    assertThatThrownBy(() -> PackedCheckpoint.of(file, GROUP))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("tensor 'a.weight.codes': expected codes of at most 2147483647");
    file.close();
  }

  @Test
  void showsTheValuesOfEveryPart() throws IOException {
    try (CheckpointSource packed = PackedCheckpoint.of(write(Map.of()), GROUP)) {
      assertThat(packed.names()).containsExactly("a.weight", "norm.weight");
      assertThat(packed.files().get("model.safetensors"))
          .containsExactly("a.weight", "norm.weight");
      assertThat(packed.entry("a.weight"))
          .isEqualTo(TensorEntry.of("a.weight", ElementType.F32, ROWS, COLUMNS));
      for (int[] part : new int[][] {{0, ROWS * COLUMNS}, {0, 1}, {21, 1}, {20, 30}, {109, 1}}) {
        ByteBuffer bytes = packed.read("a.weight", part[0] * 4L, part[1] * 4);
        assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer found = bytes.asFloatBuffer();
        assertThat(found.remaining()).isEqualTo(part[1]);
        for (int i = 0; i < part[1]; i++) {
          assertThat(found.get(i)).isEqualTo(value(part[0] + i));
        }
      }
      assertThat(packed.read("a.weight", 8, 0).remaining()).isZero();
      assertThat(packed.read("norm.weight").remaining()).isEqualTo(12);
      assertThatThrownBy(() -> packed.read("a.weight", 2, 4))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> packed.read("a.weight", 436, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
      PackedMatrix matrix = packed.packed("a.weight").orElseThrow();
      assertThat(matrix.groups()).isEqualTo(GROUPS);
      assertThat(packed.packed("norm.weight")).isEmpty();
      CheckpointSource renamed = new NamedTensors(packed, Map.of("b", "a.weight"));
      assertThat(renamed.packed("b")).contains(matrix);
    }
  }

  @Test
  void partsThatDoNotFitAreRefused() throws IOException {
    TensorEntry scale = TensorEntry.of("a.weight.scales", ElementType.F32, ROWS, GROUPS - 1);
    refuses(
        Map.of(scale.name(), scale),
        "tensor 'a.weight.scales': expected F32[5, 3], one for each 8 of 22 columns, found"
            + " a.weight.scales F32[5, 2]");
    TensorEntry code = TensorEntry.of("a.weight.codes", ElementType.I8, ROWS, COLUMNS / 2);
    refuses(
        Map.of(code.name(), code),
        "tensor 'a.weight.codes': expected bytes [rows, columns / 2], found a.weight.codes I8[5,"
            + " 11]");
    TensorEntry both = TensorEntry.of("a.weight", ElementType.F32, 3);
    refuses(
        Map.of("norm.weight", both),
        "tensor 'a.weight': expected none beside 'a.weight.codes', found both");
    TensorEntry lost = TensorEntry.of("b.zeros", ElementType.F32, ROWS, GROUPS);
    refuses(Map.of("a.weight.zeros", lost), "expected a tensor 'a.weight.zeros', found none");
  }

  private void refuses(Map<String, TensorEntry> changed, String message) throws IOException {
    try (CheckpointSource stored = write(changed)) {
      assertThatThrownBy(() -> PackedCheckpoint.of(stored, GROUP))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(message);
    }
  }
}
