package dev.statecraft.adapters;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Linears with a rank or an alpha of their own, as PEFT's {@code LoraConfig} says which: a key is a
 * regular expression for a module's full name or the end of it (after a dot); the first that fits
 * counts.
 *
 * @param ranks {@code rank_pattern}
 * @param alphas {@code alpha_pattern}
 */
public record RankPatterns(Map<String, Integer> ranks, Map<String, Double> alphas) {
  /** None. */
  public static final RankPatterns NONE = new RankPatterns(Map.of(), Map.of());

  /** Copies. */
  public RankPatterns {
    ranks = Collections.unmodifiableMap(new LinkedHashMap<>(ranks));
    alphas = Collections.unmodifiableMap(new LinkedHashMap<>(alphas));
  }

  /** The same with every rank and every alpha so many times as large. */
  RankPatterns times(int rankFactor, double alphaFactor) {
    Map<String, Integer> moreRanks = new LinkedHashMap<>(ranks);
    Map<String, Double> moreAlphas = new LinkedHashMap<>(alphas);
    moreRanks.replaceAll((key, rank) -> rankFactor * rank);
    moreAlphas.replaceAll((key, alpha) -> alphaFactor * alpha);
    return new RankPatterns(moreRanks, moreAlphas);
  }

  boolean isEmpty() {
    return ranks.isEmpty() && alphas.isEmpty();
  }

  /** The rank of a linear, under any of its names. */
  int rank(List<String> names, int usual) {
    return first(ranks, names).orElse(usual);
  }

  /** The alpha of a linear, under any of its names. */
  double alpha(List<String> names, double usual) {
    return first(alphas, names).orElse(usual);
  }

  /** A key that fits no name of these linears, by what it is one of, if there is any. */
  Optional<Map.Entry<String, String>> idle(List<List<String>> linears) {
    Map<String, String> keys = new LinkedHashMap<>();
    ranks.keySet().forEach(key -> keys.put(key, "rank_pattern"));
    alphas.keySet().forEach(key -> keys.putIfAbsent(key, "alpha_pattern"));
    return keys.entrySet().stream()
        .filter(
            key ->
                linears.stream()
                    .flatMap(List::stream)
                    .noneMatch(form(key.getKey()).asMatchPredicate()))
        .findFirst();
  }

  private static <T> Optional<T> first(Map<String, T> patterns, List<String> names) {
    return patterns.entrySet().stream()
        .filter(entry -> names.stream().anyMatch(form(entry.getKey()).asMatchPredicate()))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /**
   * The expression for names that a key stands for.
   *
   * @throws java.util.regex.PatternSyntaxException if it is none
   */
  static Pattern form(String key) {
    return Pattern.compile("(?:.*\\.)?(?:" + key + ")");
  }
}
