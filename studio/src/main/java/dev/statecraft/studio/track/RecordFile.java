package dev.statecraft.studio.track;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Appends records as TensorFlow frames them (tensorflow/core/lib/io/record_writer.h): length (8
 * bytes), its checksum (4), the data, its checksum (4), all little-endian. Each is handed to the
 * system whole, so that a reader that follows the file sees it at once.
 */
final class RecordFile implements AutoCloseable {
  private static final int MASK_DELTA = 0xa282ead8;

  private final OutputStream out;

  /** Makes a file that must not exist. */
  RecordFile(Path file) throws IOException {
    out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  void append(byte[] data) throws IOException {
    ByteBuffer record =
        ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(data.length);
    record.putInt(masked(record.array(), Long.BYTES));
    record.put(data).putInt(masked(data, data.length));
    out.write(record.array());
  }

  /** A checksum that is safe to be in what is summed again. */
  private static int masked(byte[] data, int length) {
    CRC32C crc = new CRC32C();
    crc.update(data, 0, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
