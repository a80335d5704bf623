package dev.statecraft.studio.embed;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes numpy's format, version 1.0: <a
 * href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>.
 * How many rows there are is known at the end, and then written into the header, which has room for
 * any number.
 */
final class NpyFile implements VectorWriter {
  /** Where the values begin: a multiple of 64. */
  private static final int HEADER_BYTES = 128;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  private final Path file;
  private final OutputStream out;
  private long rows;
  private int width;

  NpyFile(Path file) throws IOException {
    this.file = file;
    out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
    out.write(header());
  }

  private byte[] header() {
    String shape =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + width + "), }";
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) (HEADER_BYTES - MAGIC.length - Short.BYTES));
    header.put(shape.getBytes(StandardCharsets.US_ASCII));
    while (header.remaining() > 1) {
      header.put((byte) ' ');
    }
    return header.put((byte) '\n').array();
  }

  @Override
  public void write(EmbedRow row, float[] vector) throws IOException {
    if (rows > 0 && vector.length != width) {
      throw new IllegalArgumentException(
          "expected a vector of " + width + " numbers like the first, found " + vector.length);
    }
    width = vector.length;
    rows++;
    ByteBuffer values = ByteBuffer.allocate(width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.asFloatBuffer().put(vector);
    out.write(values.array());
  }

  @Override
  public void close() throws IOException {
    out.close();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer header = ByteBuffer.wrap(header());
      while (header.hasRemaining()) {
        channel.write(header, header.position());
      }
    }
  }
}
