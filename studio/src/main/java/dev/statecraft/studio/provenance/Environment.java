package dev.statecraft.studio.provenance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What a run's arithmetic depends on beside recipe and files: the same results to the bit can be
 * expected only where all of it is the same.
 *
 * @param statecraft version
 * @param java version and vendor
 * @param libtorch version
 * @param os name, version and architecture of the system
 * @param cpu the processor's name, as far as the system tells
 * @param threads of libtorch's kernels
 */
public record Environment(
    String statecraft, String java, String libtorch, String os, String cpu, int threads) {
  private static final Path LINUX_CPUS = Path.of("/proc/cpuinfo");

  /** This process's. */
  public static Environment current(String libtorch, int threads) {
    return new Environment(
        version(),
        System.getProperty("java.vm.version") + " (" + System.getProperty("java.vendor") + ")",
        libtorch,
        String.join(
            " ",
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("os.arch")),
        processor(),
        threads);
  }

  /** Statecraft's version, which the build writes down. */
  public static String version() {
    try (InputStream in = Environment.class.getResourceAsStream("/statecraft.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String processor() {
    if (Files.isReadable(LINUX_CPUS)) {
      try (Stream<String> lines = Files.lines(LINUX_CPUS, StandardCharsets.UTF_8)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown");
      } catch (IOException | UncheckedIOException e) {
        return "unknown";
      }
    }
    return "unknown";
  }

  /** As {@code provenance.json} shows it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("statecraft", statecraft);
    map.put("java", java);
    map.put("libtorch", libtorch);
    map.put("os", os);
    map.put("cpu", cpu);
    map.put("threads", threads);
    return map;
  }

  /** What is different in another one, in words such as {@code threads: 2 then, 4 now}. */
  public List<String> differences(Environment now) {
    Map<String, Object> after = now.toMap();
    List<String> differences = new ArrayList<>();
    toMap()
        .forEach(
            (key, before) -> {
              if (!before.equals(after.get(key))) {
                differences.add(key + ": " + before + " then, " + after.get(key) + " now");
              }
            });
    return differences;
  }
}
