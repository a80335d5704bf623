package dev.statecraft.base;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads texts, which are in UTF-8. */
public final class TextFile {
  private TextFile() {}

  /**
   * A whole file.
   *
   * @throws InvalidInputException if it is not UTF-8; the message names it
   * @throws IOException if it cannot be read
   */
  public static String read(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected text in UTF-8, found other bytes", e);
    }
  }

  /** The lines of a whole file, as {@link #read}. */
  public static List<String> lines(Path file) throws IOException {
    return read(file).lines().toList();
  }
}
