package dev.statecraft.tensor;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;

/** Native copies of Java arrays; their {@code limit} is the element count even when it is 0. */
final class Host {
  private Host() {}

  static DoublePointer doubles(double[] values) {
    return values.length == 0
        ? new DoublePointer(1).limit(0)
        : new DoublePointer(values.length).put(values, 0, values.length);
  }

  static FloatPointer floats(float[] values) {
    return values.length == 0
        ? new FloatPointer(1).limit(0)
        : new FloatPointer(values.length).put(values, 0, values.length);
  }

  static LongPointer longs(long[] values) {
    return values.length == 0
        ? new LongPointer(1).limit(0)
        : new LongPointer(values.length).put(values, 0, values.length);
  }
}
