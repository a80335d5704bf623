package dev.statecraft.cli.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a misspelled word was probably meant to be. */
final class Suggestion {
  private Suggestion() {}

  /** {@code ; did you mean 'rank'?}, or nothing if no known word is close. */
  static String of(String word, Collection<String> known) {
    return closest(word, known).map(found -> "; did you mean '" + found + "'?").orElse("");
  }

  static Optional<String> closest(String word, Collection<String> known) {
    Optional<String> near =
        known.stream()
            .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
            .filter(found -> distance(word, found) <= Math.max(1, word.length() / 3));
    // Abbreviations, such as lr, are far from what they stand for.
    return near.or(
        () -> known.stream().filter(candidate -> abbreviates(word, candidate)).findFirst());
  }

  private static boolean abbreviates(String word, String candidate) {
    if (word.length() < 2 || candidate.isEmpty() || word.charAt(0) != candidate.charAt(0)) {
      return false;
    }
    int next = 0;
    for (int i = 0; i < candidate.length() && next < word.length(); i++) {
      next += candidate.charAt(i) == word.charAt(next) ? 1 : 0;
    }
    return next == word.length();
  }

  /** Levenshtein distance: single-character insertions, deletions and substitutions. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
