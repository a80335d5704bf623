package dev.statecraft.studio.track;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads event files, written from the format's description without a line of the writer. */
final class EventFileReader {
  /**
   * A message.
   *
   * @param version of the file, in its first message
   * @param restart whether it says that the run goes on from here
   */
  record Message(
      double time, long step, String version, boolean restart, Map<String, Float> scalars) {}

  private EventFileReader() {}

  static List<Message> read(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<Message> messages = new ArrayList<>();
    while (in.hasRemaining()) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).as("checksum of the length").isEqualTo(masked(length));
      byte[] data =
          new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
      in.get(data);
      assertThat(in.getInt()).as("checksum of the data").isEqualTo(masked(data));
      messages.add(message(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)));
    }
    return messages;
  }

  /** CRC-32C (Castagnoli) bit by bit, rotated and shifted. */
  private static int masked(byte[] data) {
    int crc = -1;
    for (byte b : data) {
      crc ^= b & 0xff;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ 0x82f63b78;
      }
    }
    int sum = ~crc;
    return ((sum >>> 15) | (sum << 17)) + 0xa282ead8;
  }

  private static Message message(ByteBuffer in) {
    double time = Double.NaN;
    long step = 0;
    String version = "";
    boolean restart = false;
    Map<String, Float> scalars = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      int key = (int) varint(in);
      switch (key) {
        case 0x09 -> time = in.getDouble();
        case 0x10 -> step = varint(in);
        case 0x1a -> version = StandardCharsets.UTF_8.decode(part(in)).toString();
        case 0x2a -> scalars(part(in), scalars);
        case 0x3a -> restart = part(in).equals(ByteBuffer.wrap(new byte[] {8, 1}));
        default -> throw new AssertionError("unknown key " + key);
      }
    }
    return new Message(time, step, version, restart, scalars);
  }

  private static void scalars(ByteBuffer summary, Map<String, Float> scalars) {
    while (summary.hasRemaining()) {
      assertThat(varint(summary)).isEqualTo(0x0a);
      ByteBuffer value = part(summary);
      assertThat(varint(value)).isEqualTo(0x0a);
      String tag = StandardCharsets.UTF_8.decode(part(value)).toString();
      assertThat(varint(value)).isEqualTo(0x15);
      scalars.put(tag, value.getFloat());
      assertThat(value.hasRemaining()).isFalse();
    }
  }

  private static ByteBuffer part(ByteBuffer in) {
    int length = (int) varint(in);
    ByteBuffer part = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + length);
    return part;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = in.get();
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }
}
