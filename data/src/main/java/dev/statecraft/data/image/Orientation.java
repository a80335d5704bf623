package dev.statecraft.data.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a picture is to be turned so that it is upright: EXIF's tag 274 (Exif 2.32, 4.6.4), by its
 * numbers.
 */
enum Orientation {
  UPRIGHT,
  MIRRORED,
  HALF_TURN,
  FLIPPED,
  TRANSPOSED,
  QUARTER_TURN,
  TRANSVERSED,
  THREE_QUARTER_TURN;

  private static final int TAG = 274;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final String EXIF = "Exif\0\0";
  private static final Pattern XMP = Pattern.compile("tiff:Orientation(?:=\"|>)([0-9])");

  /**
   * Of EXIF data, which is built as a TIFF file is, with or without the letters {@code Exif} before
   * it. Data that is damaged, or says nothing of it, gives nothing; a number that is none of the
   * eight leaves the picture as it is.
   */
  static Optional<Orientation> ofExif(byte[] data) {
    int start = new String(data, StandardCharsets.ISO_8859_1).startsWith(EXIF) ? EXIF.length() : 0;
    try {
      return ofTiff(ByteBuffer.wrap(data, start, data.length - start).slice());
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static Optional<Orientation> ofTiff(ByteBuffer tiff) {
    if (tiff.getShort(0) == 0x4949) {
      tiff.order(ByteOrder.LITTLE_ENDIAN);
    } else if (tiff.getShort(0) != 0x4d4d) {
      return Optional.empty();
    }
    int directory = tiff.getInt(4);
    int entries = tiff.getShort(directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if ((tiff.getShort(entry) & 0xFFFF) == TAG) {
        return switch (tiff.getShort(entry + 2)) {
          case BYTE -> Optional.of(numbered(tiff.get(entry + 8)));
          case SHORT -> Optional.of(numbered(tiff.getShort(entry + 8)));
          case LONG -> Optional.of(numbered(tiff.getInt(entry + 8)));
          default -> Optional.empty();
        };
      }
    }
    return Optional.empty();
  }

  /** Of an XMP packet, where programs write the same number. */
  static Optional<Orientation> ofXmp(byte[] packet) {
    Matcher found = XMP.matcher(new String(packet, StandardCharsets.UTF_8));
    return found.find()
        ? Optional.of(numbered(Integer.parseInt(found.group(1))))
        : Optional.empty();
  }

  private static Orientation numbered(int number) {
    return number >= 1 && number <= values().length ? values()[number - 1] : UPRIGHT;
  }

  /** The picture turned. */
  Picture turned(Picture picture) {
    if (this == UPRIGHT) {
      return picture;
    }
    int channels = picture.channels();
    int lastX = picture.width() - 1;
    int lastY = picture.height() - 1;
    boolean exchanged = compareTo(TRANSPOSED) >= 0;
    int width = exchanged ? picture.height() : picture.width();
    int height = exchanged ? picture.width() : picture.height();
    byte[] from = picture.samples();
    byte[] to = new byte[from.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int fromX =
            switch (this) {
              case UPRIGHT, FLIPPED -> x;
              case MIRRORED, HALF_TURN -> lastX - x;
              case TRANSPOSED, QUARTER_TURN -> y;
              case TRANSVERSED, THREE_QUARTER_TURN -> lastX - y;
            };
        int fromY =
            switch (this) {
              case UPRIGHT, MIRRORED -> y;
              case HALF_TURN, FLIPPED -> lastY - y;
              case TRANSPOSED, THREE_QUARTER_TURN -> x;
              case QUARTER_TURN, TRANSVERSED -> lastY - x;
            };
        int source = (fromY * picture.width() + fromX) * channels;
        int target = (y * width + x) * channels;
        for (int c = 0; c < channels; c++) {
          to[target + c] = from[source + c];
        }
      }
    }
    return new Picture(width, height, channels, to);
  }
}
