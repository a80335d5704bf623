package dev.statecraft.data.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.imageio.stream.ImageInputStream;

/**
 * The chunks of a WebP file (RFC 9649): its size, where its picture lies, and which way is up. Of
 * an animation it is the first frame.
 *
 * @param offset where the chunk of the picture lies, with its name and length
 * @param length of that chunk
 */
record WebpFile(ImageHeader header, long offset, int length) {
  private static final int START = 12;
  private static final int MOST_METADATA = 1 << 20;

  /**
   * Reads the chunks.
   *
   * @param in knows its length
   */
  static WebpFile read(ImageInputStream in) throws IOException {
    in.setByteOrder(ByteOrder.LITTLE_ENDIAN);
    try {
      return new Reading(in).file();
    } catch (EOFException e) {
      throw ImageFault.cutOff();
    }
  }

  /** The picture alone: without transparency, colour profile and whatever else. */
  byte[] bare(byte[] file) {
    byte[] chunk = Arrays.copyOfRange(file, (int) offset, (int) offset + length);
    ByteBuffer bare =
        ByteBuffer.allocate(START + length + length % 2).order(ByteOrder.LITTLE_ENDIAN);
    bare.put("RIFF".getBytes(StandardCharsets.ISO_8859_1)).putInt(bare.capacity() - 8);
    bare.put("WEBP".getBytes(StandardCharsets.ISO_8859_1)).put(chunk);
    return bare.array();
  }

  /** One reading. */
  private static final class Reading {
    private final ImageInputStream in;
    private Optional<long[]> canvas = Optional.empty();
    private Optional<long[]> picture = Optional.empty();
    private long width;
    private long height;
    private Optional<Orientation> exif = Optional.empty();
    private Optional<Orientation> xmp = Optional.empty();

    Reading(ImageInputStream in) {
      this.in = in;
    }

    WebpFile file() throws IOException {
      in.seek(4);
      long end = 8 + in.readUnsignedInt();
      if (end > in.length()) {
        throw ImageFault.cutOff();
      }
      chunks(START, end);
      long[] found =
          picture.orElseThrow(() -> new ImageFault("expected a picture of WebP, found none"));
      if (canvas.isPresent() && (canvas.get()[0] != width || canvas.get()[1] != height)) {
        throw new ImageFault(
            "expected a picture of "
                + canvas.get()[0]
                + "x"
                + canvas.get()[1]
                + " as the file says, found one of "
                + width
                + "x"
                + height);
      }
      Orientation orientation = exif.or(() -> xmp).orElse(Orientation.UPRIGHT);
      return new WebpFile(ImageHeader.of(width, height, orientation), found[0], (int) found[1]);
    }

    private void chunks(long from, long end) throws IOException {
      long position = from;
      while (position + 8 <= end) {
        in.seek(position);
        byte[] letters = new byte[4];
        in.readFully(letters);
        long length = in.readUnsignedInt();
        if (position + 8 + length > end) {
          throw ImageFault.cutOff();
        }
        chunk(new String(letters, StandardCharsets.ISO_8859_1), position, length);
        position += 8 + length + length % 2;
      }
    }

    private void chunk(String name, long position, long length) throws IOException {
      switch (name) {
        case "VP8X" -> {
          in.skipBytes(4);
          canvas = Optional.of(new long[] {1 + threeBytes(), 1 + threeBytes()});
        }
        case "VP8 ", "VP8L" -> {
          if (picture.isEmpty()) {
            picture = Optional.of(new long[] {position, 8 + length});
            size(name);
          }
        }
        case "ANMF" -> {
          if (picture.isEmpty()) {
            chunks(position + 8 + 16, position + 8 + length);
          }
        }
        case "EXIF" -> {
          byte[] data = start(length);
          exif = exif.or(() -> Orientation.ofExif(data));
        }
        case "XMP " -> {
          byte[] data = start(length);
          xmp = xmp.or(() -> Orientation.ofXmp(data));
        }
        default -> {}
      }
    }

    private void size(String name) throws IOException {
      if (name.equals("VP8L")) {
        int signature = in.readUnsignedByte();
        long bits = in.readUnsignedInt();
        if (signature != 0x2f) {
          throw new ImageFault("expected a lossless picture of WebP, found another");
        }
        width = 1 + (bits & 0x3FFF);
        height = 1 + ((bits >> 14) & 0x3FFF);
      } else {
        in.skipBytes(3);
        if (threeBytes() != 0x2a019d) {
          throw new ImageFault("expected a lossy picture of WebP, found another");
        }
        width = in.readUnsignedShort() & 0x3FFF;
        height = in.readUnsignedShort() & 0x3FFF;
      }
    }

    private long threeBytes() throws IOException {
      return in.readUnsignedByte()
          | (in.readUnsignedByte() << 8)
          | ((long) in.readUnsignedByte() << 16);
    }

    private byte[] start(long length) throws IOException {
      byte[] data = new byte[(int) Math.min(length, MOST_METADATA)];
      in.readFully(data);
      return data;
    }
  }
}
