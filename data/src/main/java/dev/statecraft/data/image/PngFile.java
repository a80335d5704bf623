package dev.statecraft.data.image;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.imageio.stream.ImageInputStream;

/**
 * The chunks of a PNG file (ISO/IEC 15948): its size and which way is up.
 *
 * @param kept where the chunks lie that decoding needs: offset and length
 */
record PngFile(ImageHeader header, List<long[]> kept) {
  /** Colour profiles, gamma, transparency, texts and times are not among them. */
  private static final Set<String> CRITICAL = Set.of("IHDR", "PLTE", "IDAT", "IEND");

  private static final int SIGNATURE = 8;

  /** Length, name and checksum. */
  private static final int AROUND = 12;

  private static final int MOST_METADATA = 1 << 20;
  private static final String XMP = "XML:com.adobe.xmp\0\0";

  /**
   * Reads the chunks.
   *
   * @param in knows its length
   */
  static PngFile read(ImageInputStream in) throws IOException {
    try {
      return file(in);
    } catch (EOFException e) {
      throw ImageFault.cutOff();
    }
  }

  private static PngFile file(ImageInputStream in) throws IOException {
    List<long[]> kept = new ArrayList<>();
    Optional<ImageHeader> size = Optional.empty();
    Optional<Orientation> exif = Optional.empty();
    Optional<Orientation> xmp = Optional.empty();
    long position = SIGNATURE;
    String name = "";
    while (!name.equals("IEND")) {
      in.seek(position);
      long length = in.readUnsignedInt();
      byte[] letters = new byte[4];
      in.readFully(letters);
      name = new String(letters, StandardCharsets.ISO_8859_1);
      if (position + AROUND + length > in.length()) {
        throw ImageFault.cutOff();
      }
      if (size.isEmpty()) {
        size = Optional.of(size(in, name, length));
      }
      switch (name) {
        case "eXIf" -> {
          byte[] data = start(in, length);
          exif = exif.or(() -> Orientation.ofExif(data));
        }
        case "iTXt" -> {
          byte[] data = start(in, length);
          // Packets that are compressed are left: programs write them as they are.
          if (new String(data, StandardCharsets.ISO_8859_1).startsWith(XMP)) {
            xmp = xmp.or(() -> Orientation.ofXmp(data));
          }
        }
        default -> {}
      }
      if (CRITICAL.contains(name)) {
        kept.add(new long[] {position, AROUND + length});
      }
      position += AROUND + length;
    }
    Orientation orientation = exif.isPresent() ? exif.get() : xmp.orElse(Orientation.UPRIGHT);
    ImageHeader header = size.orElseThrow();
    return new PngFile(
        ImageHeader.of(header.width(), header.height(), orientation), List.copyOf(kept));
  }

  private static ImageHeader size(ImageInputStream in, String name, long length)
      throws IOException {
    if (!name.equals("IHDR") || length != 13) {
      throw new ImageFault("expected a PNG's header first, found another chunk");
    }
    return ImageHeader.of(in.readUnsignedInt(), in.readUnsignedInt(), Orientation.UPRIGHT);
  }

  private static byte[] start(ImageInputStream in, long length) throws IOException {
    byte[] data = new byte[(int) Math.min(length, MOST_METADATA)];
    in.readFully(data);
    return data;
  }

  /** The file without what changes how its samples look, and what a decoder may stumble over. */
  byte[] bare(byte[] file) {
    ByteArrayOutputStream bare = new ByteArrayOutputStream(file.length);
    bare.write(file, 0, SIGNATURE);
    for (long[] chunk : kept) {
      bare.write(file, (int) chunk[0], (int) chunk[1]);
    }
    return bare.toByteArray();
  }
}
