package dev.statecraft.studio.track;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * One message of an event file, as protocol buffers encode it: fields of
 * tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
 */
final class Event {
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

  private Event() {}

  /** Writes the fields of a message. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  /** What every file begins with. */
  static byte[] version(double seconds) {
    return message(
        out -> {
          out.writeDouble(EVENT_WALL_TIME, seconds);
          out.writeString(EVENT_FILE_VERSION, "brain.Event:2");
        });
  }

  /** Says that a run goes on from here: what earlier files have of this step and later is void. */
  static byte[] restart(double seconds, long step) {
    byte[] log = message(out -> out.writeEnum(SESSION_LOG_STATUS, STATUS_START));
    return message(
        out -> {
          out.writeDouble(EVENT_WALL_TIME, seconds);
          out.writeInt64(EVENT_STEP, step);
          out.writeByteArray(EVENT_SESSION_LOG, log);
        });
  }

  /** Numbers of a step; the format has single precision for them. */
  static byte[] scalars(double seconds, long step, Map<String, Double> scalars) {
    byte[] summary =
        message(
            out -> {
              for (Map.Entry<String, Double> scalar : scalars.entrySet()) {
                out.writeByteArray(SUMMARY_VALUE, value(scalar.getKey(), scalar.getValue()));
              }
            });
    return message(
        out -> {
          out.writeDouble(EVENT_WALL_TIME, seconds);
          out.writeInt64(EVENT_STEP, step);
          out.writeByteArray(EVENT_SUMMARY, summary);
        });
  }

  private static byte[] value(String tag, double number) {
    return message(
        out -> {
          out.writeString(VALUE_TAG, tag);
          out.writeFloat(VALUE_SIMPLE_VALUE, (float) number);
        });
  }
}
