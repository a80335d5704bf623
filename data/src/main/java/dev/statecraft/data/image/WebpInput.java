package dev.statecraft.data.image;

import java.util.Arrays;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A WebP file for TwelveMonkeys' decoder, which looks 8 bytes ahead and, at the end of its input,
 * catches the exception and goes on with zeros: for as many pixels as the file claims, an exception
 * for each read, to a wrong picture. Here the bytes it looks ahead to are there, and whoever needs
 * more is told that the file is cut off, by an exception that it does not catch.
 *
 * <p>It does not tell its length, by which the decoder would refuse plain pictures: of 2000x2000
 * pixels of one colour a lossless file has some 80 bytes. How many pixels there may be is for
 * {@link ImageHeader} to say.
 */
final class WebpInput extends ImageInputStreamImpl {
  private static final int AHEAD = 8;

  private final byte[] file;

  /**
   * @param file ends with its picture
   */
  WebpInput(byte[] file) {
    this.file = Arrays.copyOf(file, file.length + AHEAD);
  }

  @Override
  public int read() throws ImageFault {
    checkMore();
    bitOffset = 0;
    int value = file[(int) streamPos] & 0xFF;
    streamPos++;
    return value;
  }

  @Override
  public int read(byte[] to, int from, int length) throws ImageFault {
    if (length == 0) {
      return 0;
    }
    checkMore();
    bitOffset = 0;
    int count = (int) Math.min(length, file.length - streamPos);
    System.arraycopy(file, (int) streamPos, to, from, count);
    streamPos += count;
    return count;
  }

  private void checkMore() throws ImageFault {
    if (streamPos >= file.length) {
      throw ImageFault.cutOff();
    }
  }
}
