package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What a file is by its first bytes, for messages about files that should be something else. */
public final class FileContent {
  private static final int START = 64;

  private static final String WIDE = "UTF-16; convert it: iconv -f utf-16 -t utf-8";

  /** First bytes, as characters, and what they say. */
  private record Known(String start, String what) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("\u00ff\u00fe", WIDE),
          new Known("\u00fe\u00ff", WIDE),
          new Known("\u001f\u008b", "a gzip file; unpack it first"),
          new Known("PK\u0003\u0004", "a zip file or spreadsheet; unpack or export it first"),
          new Known("(\u00b5/\u00fd", "a zstd file; unpack it first"),
          new Known("BZh", "a bzip2 file; unpack it first"),
          new Known("\u00fd7zXZ", "an xz file; unpack it first"),
          new Known("PAR1", "a Parquet file; its format is parquet"),
          new Known("PARE", "an encrypted Parquet file"),
          new Known("ARROW1", "an Arrow file; export it as Parquet first"),
          new Known("\u00d0\u00cf\u0011\u00e0", "a file of an office program; export it first"),
          new Known("%PDF", "a PDF file"),
          new Known("SQLite format 3", "an SQLite file; export it first"),
          new Known(
              "version https://git-lfs",
              "a Git LFS pointer, which stands for it; fetch it: git lfs pull"),
          new Known("<!DOCTYPE", "a page of the web"),
          new Known("<html", "a page of the web"));

  private FileContent() {}

  /**
   * What a file is that is neither text nor, if it begins so, as expected; empty if nothing is
   * known of it.
   *
   * @throws InvalidInputException if it cannot be read
   */
  public static Optional<String> foreign(Path file) {
    byte[] start;
    try (InputStream in = Files.newInputStream(file)) {
      start = in.readNBytes(START);
    } catch (IOException e) {
      throw new InvalidInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
    String text = new String(start, StandardCharsets.ISO_8859_1);
    for (Known known : KNOWN) {
      if (text.startsWith(known.start())) {
        return Optional.of(known.what());
      }
    }
    boolean wide =
        start.length >= 4 && ((start[0] == 0) != (start[1] == 0)) && start[2] != start[3];
    if (wide && ((start[0] == 0) == (start[2] == 0)) && ((start[1] == 0) == (start[3] == 0))) {
      return Optional.of(WIDE);
    }
    return text.indexOf('\0') >= 0 ? Optional.of("a file that is no text") : Optional.empty();
  }
}
