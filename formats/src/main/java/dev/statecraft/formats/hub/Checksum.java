package dev.statecraft.formats.hub;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Checks contents by their name. The Hub names large files (LFS) by the SHA-256 of their contents
 * and others by the SHA-1 that git gives them; other servers' ETags prove nothing.
 */
final class Checksum {
  private Checksum() {}

  /** What is wrong with a file's contents; nothing if they are what the ETag names. */
  static String fault(Path file, String etag) throws IOException {
    boolean git = etag.matches("[0-9a-f]{40}");
    if (!git && !etag.matches("[0-9a-f]{64}")) {
      return "";
    }
    MessageDigest digest = digest(git ? "SHA-1" : "SHA-256");
    if (git) {
      digest.update(("blob " + Files.size(file) + "\0").getBytes(StandardCharsets.US_ASCII));
    }
    byte[] bytes = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        digest.update(bytes, 0, count);
      }
    }
    String found = HexFormat.of().formatHex(digest.digest());
    return found.equals(etag)
        ? ""
        : "expected the checksum ("
            + (git ? "git's" : "SHA-256")
            + ") "
            + etag
            + ", found "
            + found;
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }
}
