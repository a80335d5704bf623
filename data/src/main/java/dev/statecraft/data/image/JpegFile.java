package dev.statecraft.data.image;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.imageio.stream.ImageInputStream;

/**
 * The segments of a JPEG file (ITU-T T.81, annex B) up to the first scan: its size, what its
 * components mean, and which way is up.
 *
 * @param colours what the components are, by the rules of libjpeg
 * @param kept where the segments lie that decoding needs: offset and length
 * @param scan where the first scan begins
 */
record JpegFile(ImageHeader header, Colours colours, List<long[]> kept, long scan) {
  /** What components mean. */
  enum Colours {
    GREY,
    RGB,
    YCC,
    CMYK,
    YCCK
  }

  private static final int START = 0xD8;
  private static final int END = 0xD9;
  private static final int SCAN = 0xDA;
  private static final int TABLES = 0xC4;
  private static final int ARITHMETIC_TABLES = 0xCC;
  private static final int RESERVED = 0xC8;
  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int ADOBE = 0xEE;
  private static final int APP15 = 0xEF;
  private static final int COMMENT = 0xFE;
  private static final String XMP = "http://ns.adobe.com/xap/1.0/\0";

  /** A marker that says "no transform", so that components come as they are stored. */
  private static final byte[] UNTRANSFORMED = {
    (byte) 0xFF, (byte) ADOBE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
  };

  /**
   * Reads the segments; the stream is left somewhere within the file.
   *
   * @param in knows its length
   */
  static JpegFile read(ImageInputStream in) throws IOException {
    Reading reading = new Reading(in);
    try {
      return reading.file();
    } catch (EOFException e) {
      throw ImageFault.cutOff();
    }
  }

  /**
   * The file without all that is not needed to decode its components: colour profiles, thumbnails,
   * comments, and markers that ask the decoder for a conversion.
   */
  byte[] bare(byte[] file) {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(file.length + UNTRANSFORMED.length);
    bare.write(0xFF);
    bare.write(START);
    bare.writeBytes(UNTRANSFORMED);
    for (long[] segment : kept) {
      bare.write(file, (int) segment[0], (int) segment[1]);
    }
    bare.write(file, (int) scan, file.length - (int) scan);
    return bare.toByteArray();
  }

  /** One reading. */
  private static final class Reading {
    private final ImageInputStream in;
    private final List<long[]> kept = new ArrayList<>();
    private Optional<Orientation> exif = Optional.empty();
    private Optional<Orientation> xmp = Optional.empty();
    private boolean jfif;
    private int adobe = -1;
    private byte[] frame = {};

    Reading(ImageInputStream in) {
      this.in = in;
    }

    JpegFile file() throws IOException {
      long position = 2;
      while (true) {
        in.seek(position);
        if (in.readUnsignedByte() != 0xFF) {
          throw new ImageFault("expected a marker of JPEG at byte " + position + ", found none");
        }
        int marker = in.readUnsignedByte();
        if (marker == 0xFF) {
          position++;
          continue;
        }
        if (marker == END || marker == SCAN) {
          break;
        }
        if (marker == 1 || (marker >= 0xD0 && marker <= START)) {
          position += 2;
          continue;
        }
        int length = in.readUnsignedShort();
        if (length < 2) {
          throw new ImageFault("expected a segment of 2 bytes or more, found " + length);
        }
        segment(marker, length - 2);
        if (marker < APP0 || (marker > APP15 && marker != COMMENT)) {
          kept.add(new long[] {position, 2 + length});
        }
        position += 2 + length;
      }
      if (frame.length == 0) {
        throw new ImageFault("expected a frame before the first scan, found none");
      }
      int height = ((frame[1] & 0xFF) << 8) | (frame[2] & 0xFF);
      int width = ((frame[3] & 0xFF) << 8) | (frame[4] & 0xFF);
      Orientation orientation = exif.or(() -> xmp).orElse(Orientation.UPRIGHT);
      checkEnd(position);
      return new JpegFile(
          ImageHeader.of(width, height, orientation), colours(), List.copyOf(kept), position);
    }

    private void segment(int marker, int length) throws IOException {
      if (marker == APP0) {
        jfif |= begins(content(length), "JFIF\0");
      } else if (marker == APP1) {
        byte[] content = content(length);
        if (begins(content, "Exif\0")) {
          exif = exif.or(() -> Orientation.ofExif(content));
        } else if (begins(content, XMP)) {
          xmp = xmp.or(() -> Orientation.ofXmp(content));
        }
      } else if (marker == ADOBE) {
        byte[] content = content(length);
        if (content.length >= 12 && begins(content, "Adobe")) {
          adobe = content[11] & 0xFF;
        }
      } else if (isFrame(marker)) {
        frame(marker, content(length));
      }
    }

    private static boolean isFrame(int marker) {
      return marker >= 0xC0
          && marker <= 0xCF
          && marker != TABLES
          && marker != RESERVED
          && marker != ARITHMETIC_TABLES;
    }

    private void frame(int marker, byte[] content) throws ImageFault {
      if (marker > 0xC2) {
        throw new ImageFault(
            "expected a JPEG in Huffman's code, baseline or progressive, found another kind (SOF"
                + (marker - 0xC0)
                + ")");
      }
      if (content.length < 6 || content.length < 6 + 3 * (content[5] & 0xFF)) {
        throw ImageFault.cutOff();
      }
      if (content[0] != 8) {
        throw new ImageFault("expected a JPEG of 8 bits a sample, found " + (content[0] & 0xFF));
      }
      if (frame.length > 0) {
        throw new ImageFault("expected one frame before the first scan, found two");
      }
      frame = content;
    }

    /** As libjpeg's {@code default_decompress_parms}. */
    private Colours colours() throws ImageFault {
      int components = frame[5] & 0xFF;
      return switch (components) {
        case 1 -> Colours.GREY;
        case 3 -> {
          if (jfif) {
            yield Colours.YCC;
          } else if (adobe >= 0) {
            yield adobe == 0 ? Colours.RGB : Colours.YCC;
          }
          boolean named = frame[6] == 'R' && frame[9] == 'G' && frame[12] == 'B';
          yield named ? Colours.RGB : Colours.YCC;
        }
        case 4 -> adobe == 2 ? Colours.YCCK : Colours.CMYK;
        default ->
            throw new ImageFault("expected a JPEG of 1, 3 or 4 components, found " + components);
      };
    }

    /** A file that was cut off has no end of image after its scans. */
    private void checkEnd(long scan) throws IOException {
      int block = 8192;
      byte[] bytes = new byte[block + 1];
      for (long to = in.length(); to > scan; to -= block) {
        long from = Math.max(scan, to - block - 1);
        int count = (int) (to - from);
        in.seek(from);
        in.readFully(bytes, 0, count);
        for (int i = count - 2; i >= 0; i--) {
          if (bytes[i] == (byte) 0xFF && bytes[i + 1] == (byte) END) {
            return;
          }
        }
      }
      throw ImageFault.cutOff();
    }

    private byte[] content(int length) throws IOException {
      byte[] content = new byte[length];
      in.readFully(content);
      return content;
    }

    private static boolean begins(byte[] content, String start) {
      return new String(
              content, 0, Math.min(content.length, start.length()), StandardCharsets.ISO_8859_1)
          .equals(start);
    }
  }
}
