package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsWriterTest {
  @TempDir Path folder;

  private static SafetensorsWriter example() {
    return new SafetensorsWriter()
        .add(TensorEntry.of("z", ElementType.F32, 2), () -> RawSafetensors.floats(1f, -2.5f))
        .add(
            TensorEntry.of("mask", ElementType.BOOL, 3),
            () -> ByteBuffer.wrap(new byte[] {1, 0, 1}))
        .add(TensorEntry.of("a", ElementType.F32, 1, 1), () -> RawSafetensors.floats(7f))
        .add(TensorEntry.of("empty", ElementType.F16, 0), () -> ByteBuffer.allocate(0))
        .add(
            TensorEntry.of("id", ElementType.I64),
            channel -> {
              channel.write(ByteBuffer.wrap(new byte[] {9, 0, 0}));
              channel.write(ByteBuffer.wrap(new byte[5]));
            });
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    Path path = folder.resolve("x.safetensors");
    example().metadata("note", "ä \"quoted\"").writeTo(path);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.names()).containsExactly("a", "empty", "id", "mask", "z");
      assertThat(file.metadata())
          .containsOnly(entry("format", "pt"), entry("note", "ä \"quoted\""));
      assertThat(file.entry("a")).isEqualTo(TensorEntry.of("a", ElementType.F32, 1, 1));
      assertThat(file.entry("id")).isEqualTo(TensorEntry.of("id", ElementType.I64));
      assertThat(RawSafetensors.toFloats(file.read("a"))).containsExactly(7f);
      assertThat(RawSafetensors.toFloats(file.read("z"))).containsExactly(1f, -2.5f);
      assertThat(file.read("id").getLong()).isEqualTo(9);
      assertThat(file.read("mask")).isEqualTo(ByteBuffer.wrap(new byte[] {1, 0, 1}));
      assertThat(file.read("empty").remaining()).isZero();
    }
  }

  @Test
  void everyElementTypeSurvives() throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    for (ElementType type : ElementType.values()) {
      byte[] bytes = new byte[3 * type.bytes()];
      Arrays.fill(bytes, (byte) type.name().charAt(1));
      writer.add(TensorEntry.of("t." + type, type, 3), () -> ByteBuffer.wrap(bytes));
    }
    Path path = folder.resolve("types.safetensors");
    writer.writeTo(path);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (ElementType type : ElementType.values()) {
        assertThat(file.entry("t." + type).type()).isEqualTo(type);
        assertThat(file.read("t." + type).get(0)).isEqualTo((byte) type.name().charAt(1));
      }
    }
  }

  @Test
  void dataIsAlignedAndOrdered() throws IOException {
    Path path = folder.resolve("x.safetensors");
    example().writeTo(path);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    long header = bytes.getLong(0);
    assertThat(header % 8).isZero();
    bytes.position(8 + (int) header);
    assertThat(bytes.getLong()).isEqualTo(9); // id, I64
    assertThat(bytes.getFloat()).isEqualTo(7f); // a, F32
    assertThat(bytes.getFloat()).isEqualTo(1f); // z
    assertThat(bytes.getFloat()).isEqualTo(-2.5f);
    assertThat(bytes.get()).isEqualTo((byte) 1); // mask, BOOL
    assertThat(bytes.remaining()).isEqualTo(2);
  }

  @Test
  void sameContentGivesSameBytesAndReplacesTheFile() throws IOException {
    Path path = folder.resolve("x.safetensors");
    Files.writeString(path, "an older file");
    SafetensorsWriter writer = example();
    writer.writeTo(path);
    writer.writeTo(folder.resolve("y.safetensors"));
    assertThat(path).hasSameBinaryContentAs(folder.resolve("y.safetensors"));
    assertThat(files()).containsExactly("x.safetensors", "y.safetensors");
  }

  @Test
  void aFailureLeavesWhatWasThere() throws IOException {
    Path path = folder.resolve("x.safetensors");
    Files.writeString(path, "an older file");
    SafetensorsWriter wrong =
        new SafetensorsWriter()
            .add(TensorEntry.of("a", ElementType.F32, 3), () -> RawSafetensors.floats(1f, 2f));
    assertThatThrownBy(() -> wrong.writeTo(path))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a F32[3] takes 12 bytes, but its data has 8");
    assertThat(path).hasContent("an older file");
    SafetensorsWriter failing =
        new SafetensorsWriter()
            .add(
                TensorEntry.of("a", ElementType.F32, 3),
                channel -> {
                  throw new IOException("no more room");
                });
    assertThatThrownBy(() -> failing.writeTo(path)).hasMessage("no more room");
    assertThat(files()).containsExactly("x.safetensors");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aFileOfTheWriterHasOrdinaryPermissions() throws IOException {
    Path path = folder.resolve("x.safetensors");
    example().writeTo(path);
    Path ordinary = Files.writeString(folder.resolve("ordinary"), "x");
    assertThat(Files.getPosixFilePermissions(path))
        .isEqualTo(Files.getPosixFilePermissions(ordinary));
  }

  @Test
  void refusesNamesThatAreTakenOrReserved() {
    SafetensorsWriter writer = example();
    assertThatThrownBy(
            () -> writer.add(TensorEntry.of("a", ElementType.I8), () -> ByteBuffer.allocate(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two tensors are called 'a'");
    assertThatThrownBy(
            () ->
                writer.add(
                    TensorEntry.of("__metadata__", ElementType.I8), () -> ByteBuffer.allocate(1)))
        .hasMessageContaining("__metadata__");
  }

  private Stream<String> files() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.map(path -> path.getFileName().toString()).sorted().toList().stream();
    }
  }
}
