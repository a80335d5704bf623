package dev.statecraft.studio.run;

import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Memory of the machine that a process may still take.
 *
 * <p>On Linux, what the kernel says is available (free, or in caches that it can give up), and no
 * more than the control groups of the process leave (of version 2 or 1). On other systems, what is
 * free.
 */
public final class AvailableMemory {
  /** For libraries, code, threads and what allocators cannot use. */
  private static final long RESERVE = 512L << 20;

  /** The same on a card (measured on an H100: 0.8 to 1.05 GB). */
  private static final long CARD_RESERVE = 1L << 30;

  private final Path root;

  /**
   * Looks at a system's files.
   *
   * @param root the folder that holds {@code proc} and {@code sys}
   */
  AvailableMemory(Path root) {
    this.root = root;
  }

  /**
   * Bytes for a session's tensors. On a device with memory of its own, what that has free. On the
   * CPU, what is available without the heap that the JVM may still take. In both cases without a
   * reserve, and at least 1.
   */
  public static long forTensors(Torch torch) {
    return torch.freeDeviceBytes().stream()
        .map(free -> Math.max(1, free - CARD_RESERVE))
        .findFirst()
        .orElseGet(AvailableMemory::inMachine);
  }

  private static long inMachine() {
    Runtime jvm = Runtime.getRuntime();
    long heap = jvm.maxMemory() - jvm.totalMemory();
    return Math.max(1, new AvailableMemory(Path.of("/")).bytes() - heap - RESERVE);
  }

  /** Bytes that are available. */
  long bytes() {
    long available =
        figure(root.resolve("proc/meminfo"), "MemAvailable:\\s+(\\d+) kB").stream()
            .map(kilobytes -> kilobytes * 1024)
            .findFirst()
            .orElseGet(AvailableMemory::free);
    return leftInGroups().reduce(available, Math::min);
  }

  private static long free() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getFreeMemorySize();
  }

  /** What each control group of the process leaves, and the root as containers see it. */
  private LongStream leftInGroups() {
    Path hierarchy = root.resolve("sys/fs/cgroup");
    Stream<OptionalLong> unified =
        groups(hierarchy, "0::(/.*)")
            .map(group -> left(group, "memory.max", "memory.current", "inactive_file"));
    // Version 1 has a hierarchy for each resource; controllers may share one.
    Stream<OptionalLong> memory =
        groups(hierarchy.resolve("memory"), "\\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(/.*)")
            .map(
                group ->
                    left(
                        group,
                        "memory.limit_in_bytes",
                        "memory.usage_in_bytes",
                        "total_inactive_file"));
    return Stream.concat(unified, memory).flatMapToLong(OptionalLong::stream);
  }

  /**
   * A hierarchy's root, the group that the process is in, and those around it, whose limits bind it
   * too.
   *
   * @param line of {@code /proc/self/cgroup} that names the group
   */
  private Stream<Path> groups(Path hierarchy, String line) {
    List<Path> groups = new ArrayList<>(List.of(hierarchy));
    Path group = hierarchy;
    for (String name : text(root.resolve("proc/self/cgroup"), line).split("/", -1)) {
      // Seen from another namespace, a group may lie outside what is mounted.
      if (!name.isEmpty() && !name.equals("..")) {
        group = group.resolve(name);
        groups.add(group);
      }
    }
    return groups.stream();
  }

  /** What a group's limit leaves; its file caches can be given up. */
  private static OptionalLong left(Path group, String limit, String usage, String caches) {
    OptionalLong most = figure(group.resolve(limit), "(\\d+)");
    OptionalLong used = figure(group.resolve(usage), "(\\d+)");
    if (most.isEmpty() || used.isEmpty()) {
      return OptionalLong.empty();
    }
    long cache = figure(group.resolve("memory.stat"), caches + " (\\d+)").orElse(0);
    return OptionalLong.of(Math.max(0, most.getAsLong() - used.getAsLong() + cache));
  }

  private static OptionalLong figure(Path file, String line) {
    String digits = text(file, line);
    // A number too large for a long is no limit.
    return digits.isEmpty() || digits.length() > 18
        ? OptionalLong.empty()
        : OptionalLong.of(Long.parseLong(digits));
  }

  /** The group of the first line that matches; empty if there is none, or no such file. */
  private static String text(Path file, String line) {
    if (!Files.isReadable(file)) {
      return "";
    }
    Pattern pattern = Pattern.compile(line);
    try {
      return Arrays.stream(Files.readString(file).split("\n"))
          .map(pattern::matcher)
          .filter(Matcher::matches)
          .map(matcher -> matcher.group(1))
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
