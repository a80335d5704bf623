package dev.statecraft.studio.track;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One message of an event file, as protocol buffers encode it: tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto. A field is its number and wire type in a varint, then
 * its value.
 */
final class Event {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private static final int EVENT_WALL_TIME = 1;
  private static final int EVENT_STEP = 2;
  private static final int EVENT_FILE_VERSION = 3;
  private static final int EVENT_SUMMARY = 5;
  private static final int EVENT_SESSION_LOG = 7;
  private static final int SUMMARY_VALUE = 1;
  private static final int VALUE_TAG = 1;
  private static final int VALUE_SIMPLE_VALUE = 2;
  private static final int SESSION_LOG_STATUS = 1;
  private static final int STATUS_START = 1;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private Event() {}

  private static Event at(double seconds) {
    return new Event()
        .fixed(EVENT_WALL_TIME, FIXED64, Double.BYTES, Double.doubleToRawLongBits(seconds));
  }

  /** What every file begins with. */
  static byte[] version(double seconds) {
    return at(seconds)
        .bytes(EVENT_FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8))
        .bytes
        .toByteArray();
  }

  /** Says that a run goes on from here: what earlier files have of this step and later is void. */
  static byte[] restart(double seconds, long step) {
    byte[] status = new Event().varint(SESSION_LOG_STATUS, STATUS_START).bytes.toByteArray();
    return at(seconds)
        .varint(EVENT_STEP, step)
        .bytes(EVENT_SESSION_LOG, status)
        .bytes
        .toByteArray();
  }

  /** Numbers of a step; the format has single precision for them. */
  static byte[] scalars(double seconds, long step, Map<String, Double> scalars) {
    Event summary = new Event();
    scalars.forEach(
        (tag, value) -> {
          Event entry = new Event().bytes(VALUE_TAG, tag.getBytes(StandardCharsets.UTF_8));
          int bits = Float.floatToRawIntBits(value.floatValue());
          entry.fixed(VALUE_SIMPLE_VALUE, FIXED32, Float.BYTES, bits);
          summary.bytes(SUMMARY_VALUE, entry.bytes.toByteArray());
        });
    return at(seconds)
        .varint(EVENT_STEP, step)
        .bytes(EVENT_SUMMARY, summary.bytes.toByteArray())
        .bytes
        .toByteArray();
  }

  private Event varint(int field, long value) {
    key(field, VARINT);
    raw(value);
    return this;
  }

  private Event bytes(int field, byte[] value) {
    key(field, BYTES);
    raw(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private Event fixed(int field, int type, int size, long bits) {
    key(field, type);
    ByteBuffer eight = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.write(eight.putLong(bits).array(), 0, size);
    return this;
  }

  private void key(int field, int type) {
    raw(((long) field << 3) | type);
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. */
  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }
}
