package dev.statecraft.studio.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The most memory that this process had resident, as Linux counts it. */
public final class PeakMemory {
  private static final Pattern HIGH_WATER_MARK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private PeakMemory() {}

  /** In bytes; empty on systems that do not tell. */
  public static OptionalLong bytes() {
    return bytes(Path.of("/proc/self/status"));
  }

  static OptionalLong bytes(Path status) {
    if (!Files.isReadable(status)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .map(HIGH_WATER_MARK::matcher)
          .filter(Matcher::matches)
          .mapToLong(matcher -> Long.parseLong(matcher.group(1)) * 1024)
          .findFirst();
    } catch (IOException e) {
      // A figure for the summary: a run is not to end because it cannot be had.
      return OptionalLong.empty();
    }
  }
}
