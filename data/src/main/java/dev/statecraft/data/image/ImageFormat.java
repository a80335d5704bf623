package dev.statecraft.data.image;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The formats that pictures are read from; what a file is shows in its first bytes. */
enum ImageFormat {
  PNG("\u0089PNG\r\n\u001a\n"),
  JPEG("\u00ff\u00d8\u00ff"),
  GIF("GIF8"),
  BMP("BM"),
  TIFF("II*\0", "MM\0*"),
  WEBP("RIFF....WEBP");

  /** How many first bytes tell a format. */
  static final int START = 16;

  /** Endings of files that lie in folders of pictures. */
  static final List<String> ENDINGS =
      List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff");

  private final String start;
  private final String otherStart;

  ImageFormat(String start) {
    this(start, start);
  }

  ImageFormat(String start, String otherStart) {
    this.start = start;
    this.otherStart = otherStart;
  }

  /** Of the first bytes of a file. */
  static Optional<ImageFormat> of(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    for (ImageFormat format : values()) {
      if (begins(text, format.start) || begins(text, format.otherStart)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }

  /** Whether a file's name ends as that of a picture. */
  static boolean isNamedSo(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return ENDINGS.stream().anyMatch(lower::endsWith);
  }

  /** A format that is not read, as messages call it. */
  static String foreign(byte[] start) {
    String text = new String(start, StandardCharsets.ISO_8859_1);
    if (text.isEmpty()) {
      return "an empty file";
    } else if (begins(text, "....ftypavi")) {
      return "AVIF";
    } else if (begins(text, "....ftyphei") || begins(text, "....ftypmif")) {
      return "HEIC";
    } else if (begins(text, "\0\0\0\fJXL ") || begins(text, "\u00ff\n")) {
      return "JPEG XL";
    } else if (begins(text, "\0\0\0\fjP  ")) {
      return "JPEG 2000";
    } else if (begins(text, "version https://")) {
      return "a Git LFS pointer, which stands for the file ('git lfs pull' fetches it)";
    } else if (begins(text, "<!") || begins(text, "<html") || begins(text, "<HTML")) {
      return "a page of the web";
    } else if (begins(text, "<svg") || begins(text, "<?xml")) {
      return "SVG";
    } else if (begins(text, "%PDF")) {
      return "PDF";
    }
    return "another format";
  }

  /** A dot of a pattern stands for any character. */
  private static boolean begins(String text, String pattern) {
    if (text.length() < pattern.length()) {
      return false;
    }
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) != '.' && pattern.charAt(i) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
