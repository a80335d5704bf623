package dev.statecraft.data.image;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How image files are read.
 *
 * @param exifOrientation whether pictures are turned as EXIF says
 * @param onError what becomes of files that cannot be read
 */
public record ImageOptions(boolean exifOrientation, OnError onError) {
  /** What becomes of image files that cannot be read. */
  public enum OnError {
    /** They end the reading; what files show without being decoded is found before a run. */
    ERROR,
    /** They are left out and counted; every file is decoded once to find them. */
    SKIP;

    /** The word that recipes have for it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The words of all. */
    public static List<String> labels() {
      return Arrays.stream(values()).map(OnError::label).toList();
    }

    /**
     * By its word.
     *
     * @throws UsageException for another word
     */
    public static OnError of(String label) {
      return Arrays.stream(values())
          .filter(value -> value.label().equals(label))
          .findFirst()
          .orElseThrow(
              () ->
                  new UsageException(
                      "on_error: expected "
                          + String.join(" or ", labels())
                          + ", found '"
                          + label
                          + "'"));
    }
  }
}
