package dev.statecraft.data;

import dev.statecraft.base.Quoted;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What looks like a mistake in the labels of training data. */
public final class LabelWarnings {
  /** Warnings of one kind. */
  private static final int SHOWN = 5;

  /** Of more labels than this, not every pair is compared. */
  private static final int COMPARED = 1000;

  /** In shorter words one letter makes another word. */
  private static final int SHORTEST = 5;

  private LabelWarnings() {}

  /**
   * Classes without or with a single example, and labels that differ only in case, spaces or one
   * letter.
   *
   * @param classes examples of each label
   * @return a line each
   */
  public static List<String> of(Map<String, Integer> classes) {
    List<String> warnings = new ArrayList<>();
    rare(classes, 0, "no example to learn from", warnings);
    rare(classes, 1, "one example to learn from", warnings);
    List<String> pairs = twins(List.copyOf(classes.keySet()), classes);
    if (!pairs.isEmpty()) {
      warnings.add(
          "labels that may be meant as one: "
              + pairs.stream().limit(SHOWN).collect(Collectors.joining(", "))
              + (pairs.size() > SHOWN ? ", ... (" + pairs.size() + " pairs)" : ""));
    }
    return warnings;
  }

  private static void rare(
      Map<String, Integer> classes, int count, String what, List<String> warnings) {
    List<String> labels =
        classes.entrySet().stream()
            .filter(entry -> entry.getValue() == count)
            .map(entry -> Quoted.text(entry.getKey()))
            .toList();
    if (!labels.isEmpty()) {
      warnings.add(
          "labels with "
              + what
              + ": "
              + labels.stream().limit(SHOWN).collect(Collectors.joining(", "))
              + (labels.size() > SHOWN ? ", ... (" + labels.size() + " in all)" : ""));
    }
  }

  private static List<String> twins(List<String> labels, Map<String, Integer> classes) {
    List<String> pairs = new ArrayList<>();
    Map<String, String> seen = new LinkedHashMap<>();
    for (String label : labels) {
      String first = seen.putIfAbsent(plain(label), label);
      if (first != null) {
        pairs.add(pair(first, label, classes));
      }
    }
    List<String> plain = List.copyOf(seen.keySet());
    for (int a = 0; a < plain.size() && plain.size() <= COMPARED; a++) {
      for (int b = a + 1; b < plain.size(); b++) {
        if (isOneLetterApart(plain.get(a), plain.get(b))) {
          pairs.add(pair(seen.get(plain.get(a)), seen.get(plain.get(b)), classes));
        }
      }
    }
    return pairs;
  }

  private static String pair(String a, String b, Map<String, Integer> classes) {
    return Quoted.text(a)
        + " ("
        + classes.get(a)
        + ") and "
        + Quoted.text(b)
        + " ("
        + classes.get(b)
        + ")";
  }

  /** Without what one does not see or does not mean. */
  private static String plain(String label) {
    return Normalizer.normalize(label, Normalizer.Form.NFKC)
        .toLowerCase(Locale.ROOT)
        .replaceAll("[\\s\\p{Z}_-]+", "");
  }

  /**
   * Whether one insertion, deletion, substitution or swap of letters makes b of a. The first letter
   * is the same in both: {@code typical} and {@code atypical} are two words.
   */
  static boolean isOneLetterApart(String a, String b) {
    if (a.length() > b.length()) {
      return isOneLetterApart(b, a);
    }
    if (a.length() < SHORTEST || b.length() - a.length() > 1) {
      return false;
    }
    int at = 0;
    while (at < a.length() && a.charAt(at) == b.charAt(at)) {
      at++;
    }
    if (at == 0 || !Character.isLetter(b.charAt(at))) {
      return false;
    }
    if (a.length() < b.length()) {
      return a.substring(at).equals(b.substring(at + 1));
    }
    boolean substituted =
        Character.isLetter(a.charAt(at)) && a.substring(at + 1).equals(b.substring(at + 1));
    boolean swapped =
        at + 1 < a.length()
            && a.charAt(at) == b.charAt(at + 1)
            && a.charAt(at + 1) == b.charAt(at)
            && a.substring(at + 2).equals(b.substring(at + 2));
    return substituted || swapped;
  }
}
