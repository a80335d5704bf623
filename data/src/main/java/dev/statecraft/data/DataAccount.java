package dev.statecraft.data;

import dev.statecraft.base.Quoted;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What was read of a part of the data.
 *
 * @param examples how many there are to learn from or to evaluate on
 * @param classes how many of them have each label, in the order of the class indices; empty where
 *     there are no classes
 * @param lengths of the examples; empty for pictures
 * @param leftOut how many rows are no examples, by the reason
 */
public record DataAccount(
    int examples,
    Map<String, Integer> classes,
    Optional<TokenLengths> lengths,
    Map<String, Integer> leftOut) {
  /** Classes whose numbers a line has. */
  private static final int SHOWN = 12;

  /** Copies, in order. */
  public DataAccount {
    classes = Collections.unmodifiableMap(new LinkedHashMap<>(classes));
    leftOut = Collections.unmodifiableMap(new LinkedHashMap<>(leftOut));
  }

  /** One line for the user. */
  public String describe() {
    StringBuilder line = new StringBuilder().append(counted(examples, "example", "examples"));
    if (!classes.isEmpty()) {
      line.append("; ").append(counted(classes.size(), "class", "classes")).append(numbers());
    }
    lengths.ifPresent(
        tokens -> {
          line.append("; tokens: median ").append(tokens.median());
          line.append(", 95 % up to ").append(tokens.p95());
          line.append(", longest ").append(tokens.longest());
          line.append("; ").append(tokens.truncated() == 0 ? "none" : tokens.truncated());
          line.append(" truncated to ").append(tokens.maxLength());
        });
    if (!leftOut.isEmpty()) {
      line.append("; left out ");
      line.append(
          leftOut.entrySet().stream()
              .map(entry -> entry.getValue() + " (" + entry.getKey() + ")")
              .collect(Collectors.joining(", ")));
    }
    return line.toString();
  }

  /** How many examples the classes have, each or, where all have the same, once. */
  private String numbers() {
    int least = Collections.min(classes.values());
    int most = Collections.max(classes.values());
    boolean same = least == most && classes.size() > 1;
    String shown =
        classes.entrySet().stream()
            .limit(SHOWN)
            .map(entry -> Quoted.bare(entry.getKey()) + (same ? "" : " " + entry.getValue()))
            .collect(Collectors.joining(", "));
    StringBuilder numbers = new StringBuilder();
    if (same) {
      numbers.append(" of ").append(least).append(" each");
    }
    numbers.append(": ").append(shown);
    if (classes.size() > SHOWN) {
      numbers.append(", ...");
      if (!same) {
        numbers.append(" (each has ").append(least).append(" to ").append(most).append(")");
      }
    }
    return numbers.toString();
  }

  private static String counted(int number, String one, String more) {
    return number + " " + (number == 1 ? one : more);
  }

  /** As {@code summary.json} shows it. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("examples", examples);
    if (!classes.isEmpty()) {
      map.put("classes", classes);
    }
    lengths.ifPresent(
        tokens -> {
          map.put(
              "tokens",
              Map.of("median", tokens.median(), "p95", tokens.p95(), "longest", tokens.longest()));
          map.put("max_length", tokens.maxLength());
          map.put("truncated", tokens.truncated());
        });
    map.put("left_out", leftOut);
    return map;
  }
}
