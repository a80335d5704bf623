package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;

/** A tensor's bytes on the CPU. */
record Memory(BytePointer start, long size) {
  Memory(Tensor tensor) {
    this(new BytePointer(tensor.handle().data_ptr()), tensor.bytes());
  }

  /** Reads into an array, as far as the tensor goes; returns how many. */
  int read(long from, byte[] target, int count) {
    int present = (int) Math.min(count, size - from);
    bytes(from, present).get(target, 0, present);
    return present;
  }

  /** All numbers of a float32 tensor. */
  float[] floats() {
    float[] values = new float[Math.toIntExact(size / Float.BYTES)];
    floats(0, values.length).get(values);
    return values;
  }

  FloatBuffer floats(long from, int count) {
    return bytes(from, count * Float.BYTES).asFloatBuffer();
  }

  IntBuffer ints(long from, int count) {
    return bytes(from, count * Integer.BYTES).asIntBuffer();
  }

  ShortBuffer shorts(long from, int count) {
    return bytes(from, count * Short.BYTES).asShortBuffer();
  }

  private ByteBuffer bytes(long from, int count) {
    BytePointer part = new BytePointer(start).position(from);
    return part.capacity(from + count).asByteBuffer().order(ByteOrder.nativeOrder());
  }
}
