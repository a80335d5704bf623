package dev.statecraft.studio.recipe;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a misspelled word was probably meant to be. */
public final class Suggestion {
  /** No key is nearly as long as this. */
  private static final int LONGEST = 60;

  private static final int LEAST_SHARED = 4;

  private Suggestion() {}

  /** {@code ; did you mean 'rank'?}, or nothing if no known word is close. */
  public static String of(String word, Collection<String> known) {
    return closest(word, known).map(found -> "; did you mean '" + found + "'?").orElse("");
  }

  static Optional<String> closest(String word, Collection<String> known) {
    if (word.length() > LONGEST || known.contains(word)) {
      return Optional.empty();
    }
    Optional<String> near =
        known.stream()
            .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
            .filter(found -> distance(word, found) <= Math.max(1, word.length() / 3));
    // Abbreviations, such as lr, are far from what they stand for, and so are words that begin or
    // end alike: classify, text-classification.
    return near.or(
            () -> known.stream().filter(candidate -> abbreviates(word, candidate)).findFirst())
        .or(() -> known.stream().filter(candidate -> sharesMost(word, candidate)).findFirst());
  }

  private static boolean sharesMost(String word, String candidate) {
    int same = 0;
    while (same < Math.min(word.length(), candidate.length())
        && word.charAt(same) == candidate.charAt(same)) {
      same++;
    }
    boolean within =
        Math.min(word.length(), candidate.length()) >= LEAST_SHARED
            && (word.contains(candidate) || candidate.contains(word));
    return within || (same >= LEAST_SHARED && 2 * same > word.length());
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

  /** Edits that turn a into b: insertions, deletions, substitutions, swaps of two neighbours. */
  private static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int different = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int least = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
        least = Math.min(least, edits[i - 1][j - 1] + different);
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        edits[i][j] = swapped ? Math.min(least, edits[i - 2][j - 2] + 1) : least;
      }
    }
    return edits[a.length()][b.length()];
  }
}
