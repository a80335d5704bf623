package dev.statecraft.formats.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
  private static final String TWO_TENSORS =
      """
      {"__metadata__": {"format": "pt"},
       "b": {"dtype": "F32", "shape": [2, 2], "data_offsets": [2, 18]},
       "a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}}\s\s""";

  @TempDir Path folder;

  @Test
  void readsWhatTheHeaderDescribes() throws IOException {
    Path path = RawSafetensors.write(folder.resolve("x.safetensors"), TWO_TENSORS, 18);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.names()).containsExactly("a", "b");
      assertThat(file.metadata()).containsOnly(entry("format", "pt"));
      assertThat(file.entry("b")).isEqualTo(TensorEntry.of("b", ElementType.F32, 2, 2));
      ByteBuffer bytes = file.read("b");
      assertThat(bytes.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      assertThat(bytes.isReadOnly()).isTrue();
      assertThat(bytes.isDirect()).isTrue();
      assertThat(bytes.remaining()).isEqualTo(16);
      assertThat(bytes.getInt(0)).isEqualTo(0x05040302);
      assertThat(file.read("b", 8, 4).getInt()).isEqualTo(0x0d0c0b0a);
    }
  }

  @Test
  void buffersOutliveTheFile() throws IOException {
    Path path = RawSafetensors.write(folder.resolve("x.safetensors"), TWO_TENSORS, 18);
    ByteBuffer bytes;
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      bytes = file.read("a");
    }
    assertThat(bytes.get(1)).isEqualTo((byte) 1);
  }

  @Test
  void emptyTensorsAndEmptyFilesAreValid() throws IOException {
    Path path =
        RawSafetensors.write(
            folder.resolve("e.safetensors"),
            "{\"e\": {\"dtype\": \"F32\", \"shape\": [0, 7], \"data_offsets\": [0, 0]}}",
            0);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.read("e").remaining()).isZero();
    }
    try (SafetensorsFile file =
        SafetensorsFile.open(RawSafetensors.write(folder.resolve("n.safetensors"), "{}", 0))) {
      assertThat(file.names()).isEmpty();
      assertThat(file.metadata()).isEmpty();
    }
  }

  @Test
  void asksForPartsThatAreThere() throws IOException {
    Path path = RawSafetensors.write(folder.resolve("x.safetensors"), TWO_TENSORS, 18);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThatThrownBy(() -> file.read("b", 12, 8)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.read("b", -4, 4)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> file.read("b", 2, 4)).hasMessageContaining("not whole elements");
      assertThatThrownBy(() -> file.read("c"))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("x.safetensors")
          .hasMessageContaining("'c'");
    }
  }

  /** The file is sparse: it takes hardly any room on the disk. */
  @Test
  void filesAndTensorsMayExceedTwoGibibytes() throws IOException {
    long elements = (5L << 30) / 8;
    String header =
        "{\"big\": {\"dtype\": \"I64\", \"shape\": [%d], \"data_offsets\": [0, %d]}}"
            .formatted(elements, elements * 8);
    Path path = folder.resolve("big.safetensors");
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer start = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    start.putLong(json.length).put(json).flip();
    ByteBuffer last = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 42);
    try (FileChannel channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      channel.write(start, 0);
      channel.write(last, 8 + json.length + elements * 8 - 8);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertThat(file.read("big", elements * 8 - 16, 16).getLong(8)).isEqualTo(42);
      assertThatThrownBy(() -> file.read("big"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("read it in parts");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|2|expected a header that begins with '{'",
        " {}|2|expected a header that begins with '{'",
        "{\"a\"|2|expected a header of well-formed JSON",
        "{} x|2|expected a header of well-formed JSON",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
            + "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}|2|the key 'a' twice",
        "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]}}|2"
            + "|the key 'dtype' twice",
        "{\"a\": 3}|2|tensor 'a': expected an object, found 3",
        "{\"a\":{\"shape\":[2],\"data_offsets\":[0,2]}}|2|expected the key 'dtype', found none",
        "{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,2]}}|2|expected the key 'shape', found none",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}|2|expected the key 'data_offsets', found none",
        "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}|2|found 'F8_E4M3',"
            + " floats of 8 bits with scales beside them: take the original model, or convert it"
            + " to bfloat16",
        "{\"a\":{\"dtype\":\"F8_E5M2\",\"shape\":[2],\"data_offsets\":[0,2]}}|2|floats of 8 bits",
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,2]}}|2|tensor 'a': dtype:"
            + " expected one of [F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL], found 'F4'",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":2,\"data_offsets\":[0,2]}}|2"
            + "|shape: expected an array, found 2",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[-2],\"data_offsets\":[0,2]}}|2"
            + "|shape: expected integers from 0 to 2^63 - 1, found -2",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2.0],\"data_offsets\":[0,2]}}|2"
            + "|shape: expected integers from 0 to 2^63 - 1, found 2.0",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[9223372036854775808],\"data_offsets\":[0,2]}}|2"
            + "|shape: expected integers from 0 to 2^63 - 1, found 9223372036854775808",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,2]}}|2"
            + "|tensor 'a': shape: the size of U8[4294967296, 4294967296] overflows 64 bits",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0]}}|2"
            + "|data_offsets: expected [begin, end] with begin <= end <= 2, found [0]",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,0]}}|2"
            + "|data_offsets: expected [begin, end] with begin <= end <= 2, found [2, 0]",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}|2"
            + "|data_offsets: expected [begin, end] with begin <= end <= 2, found [0, 3]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}|4"
            + "|data_offsets: expected 8 bytes for F32[2], found 4",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}|3"
            + "|tensor 'b': overlaps another tensor: expected its data to begin at 2, found 1",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}|2"
            + "|tensor 'b': overlaps another tensor",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
            + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]}}|5"
            + "|tensor 'b': leaves a gap before it: expected its data to begin at 2, found 3",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}|2"
            + "|tensor 'a': leaves a gap before it",
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}|3"
            + "|expected 2 bytes of tensor data after the header, found 3",
        "{\"__metadata__\":[]}|0|__metadata__: expected an object of strings, found []",
        "{\"__metadata__\":{\"n\":1}}|0|__metadata__ 'n': expected a string, found 1",
      },
      ignoreLeadingAndTrailingWhitespace = false)
  void refusesInvalidHeaders(String header, int dataBytes, String problem) throws IOException {
    Path path = RawSafetensors.write(folder.resolve("bad.safetensors"), header, dataBytes);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "3, 3",
    "100000001, 100000001",
    "-1, 18446744073709551615",
    "9223372036854775807, 9223372036854775807"
  })
  void refusesHeaderLengthsBeyondTheFile(long stated, String found) throws IOException {
    Path path = RawSafetensors.write(folder.resolve("bad.safetensors"), stated, bytes("{}"), 0);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(
            "a safetensors header of at most 2 bytes, found a length of " + found);
  }

  @Test
  void refusesFilesThatAreCutShort() throws IOException {
    Path path = Files.write(folder.resolve("short.safetensors"), new byte[7]);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("at least 8 bytes, found 7");
    Path empty = RawSafetensors.write(folder.resolve("empty.safetensors"), 0, new byte[0], 0);
    assertThatThrownBy(() -> SafetensorsFile.open(empty))
        .hasMessageContaining("expected a header that begins with '{'");
  }

  @Test
  void refusesHeadersThatAreNotUtf8() throws IOException {
    byte[] header = bytes("{\"aX\": 1}");
    header[3] = (byte) 0xff;
    Path path = RawSafetensors.write(folder.resolve("bad.safetensors"), header.length, header, 0);
    assertThatThrownBy(() -> SafetensorsFile.open(path))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("UTF-8");
  }

  @Test
  void refusesWhatIsNoFile() {
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none.safetensors")))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("none.safetensors: expected a safetensors file, found none");
    assertThatThrownBy(() -> SafetensorsFile.open(folder))
        .isInstanceOf(InvalidInputException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
