package dev.statecraft.data.image;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Pictures of one size that lie undecoded in a file, one record after the other. A mapped file
 * takes no heap.
 *
 * @param data the file
 * @param first where the first picture begins
 * @param stride bytes from one picture to the next
 * @param channels 1, or 3 whose planes follow one another
 */
record RawPictures(ByteBuffer data, int first, int stride, int width, int height, int channels) {
  /**
   * Maps a file.
   *
   * @throws InvalidInputException if it cannot be read, or has 2 GiB or more
   */
  static ByteBuffer map(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new InvalidInputException(
            file + ": expected less than 2 GiB, found " + channel.size() + " bytes");
      }
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  Picture picture(int index) {
    int plane = width * height;
    byte[] planes = new byte[plane * channels];
    data.get(first + index * stride, planes);
    if (channels == 1) {
      return new Picture(width, height, 1, planes);
    }
    byte[] samples = new byte[planes.length];
    for (int c = 0; c < channels; c++) {
      for (int i = 0; i < plane; i++) {
        samples[i * channels + c] = planes[c * plane + i];
      }
    }
    return new Picture(width, height, channels, samples);
  }
}
