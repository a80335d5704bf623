package dev.statecraft.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Random templates, which may say anything but hang, fill the memory or fail in other words than
 * ours. {@code -Dstatecraft.fuzz=1000000} draws so many of each kind, {@code
 * -Dstatecraft.fuzz.seed=7} others, {@code -Dstatecraft.fuzz.seconds=60} ends after so long, {@code
 * -Dstatecraft.fuzz.out=FILE} writes the ordinary ones with what they gave, to be compared with
 * Jinja's.
 */
class TemplateFuzzTest {
  /** So many take seconds. */
  private static final long HOSTILE = 80;

  private static final long ORDINARY = 1_500;
  private static final long MOST_NANOS = 2_000_000_000L;

  /** All that is ever allocated, of which at most a part is alive at once. */
  private static final long MOST_BYTES = 1L << 30;

  private static final LocalDateTime TIME = LocalDateTime.of(2025, 3, 7, 8, 5, 9);
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private long longest;
  private long largest;

  static Map<String, Object> variables() {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("m", "The quick brown fox");
    variables.put("n", "  line one\nline two  ");
    variables.put("i", 5);
    variables.put("l", List.of("x", "Y", "z", 3));
    Map<String, Object> dict = new LinkedHashMap<>();
    dict.put("b", 1);
    dict.put("a", List.of(1, 2));
    variables.put("d", dict);
    List<Object> objects = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("a", i % 2 == 0 ? "e" : "o");
      object.put("b", 9 - i);
      objects.add(object);
    }
    variables.put("o", objects);
    return variables;
  }

  /** What a template gives, or null if it is refused in our words. */
  private String rendered(String source) {
    long nanos = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    String text = null;
    try {
      text = Template.parse("t", source).render(variables(), () -> TIME).text();
    } catch (TemplateException e) {
      assertThat(e.getMessage()).as(source).startsWith("t").hasSizeLessThan(3_000);
    } catch (RuntimeException | OutOfMemoryError e) {
      throw new AssertionError("not in our words: " + source, e);
    }
    long taken = THREADS.getCurrentThreadCpuTime() - nanos;
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - bytes;
    assertThat(taken).as("nanoseconds of %s", source).isLessThan(MOST_NANOS);
    assertThat(allocated).as("bytes of %s", source).isLessThan(MOST_BYTES);
    longest = Math.max(longest, taken);
    largest = Math.max(largest, allocated);
    return text;
  }

  @Test
  void randomTemplatesStayWithinBounds() {
    RandomTemplates hostile = new RandomTemplates(Long.getLong("statecraft.fuzz.seed", 1), 0.1);
    long count = Long.getLong("statecraft.fuzz", HOSTILE);
    long deadline =
        System.nanoTime() + Long.getLong("statecraft.fuzz.seconds", 100_000) * 1_000_000_000L;
    long tried = 0;
    while (tried < count && System.nanoTime() < deadline) {
      rendered(hostile.next());
      tried++;
    }
    if (count > HOSTILE) {
      System.out.printf(
          "%d hostile templates, at most %d ms and %d MB each%n",
          tried, longest / 1_000_000, largest >> 20);
    }
  }

  @Test
  void ordinaryTemplatesOftenHaveValues() throws IOException {
    RandomTemplates ordinary = new RandomTemplates(Long.getLong("statecraft.fuzz.seed", 1), 0);
    long count = Long.getLong("statecraft.fuzz", ORDINARY);
    String out = System.getProperty("statecraft.fuzz.out");
    List<String> lines = new ArrayList<>();
    long values = 0;
    long deadline =
        System.nanoTime() + Long.getLong("statecraft.fuzz.seconds", 100_000) * 1_000_000_000L;
    long tried = 0;
    for (; tried < count && System.nanoTime() < deadline; tried++) {
      String source = ordinary.next();
      String text = rendered(source);
      values += text == null ? 0 : 1;
      if (out != null) {
        com.fasterxml.jackson.databind.node.ObjectNode node =
            com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode();
        lines.add(node.put("source", source).put("text", text).toString());
      }
    }
    if (out != null) {
      Files.write(Path.of(out), lines);
    }
    if (count > ORDINARY) {
      System.out.printf(
          "%d ordinary templates, at most %d ms and %d MB each%n",
          tried, longest / 1_000_000, largest >> 20);
    }
    assertThat(values).isGreaterThan(tried / 8);
  }
}
