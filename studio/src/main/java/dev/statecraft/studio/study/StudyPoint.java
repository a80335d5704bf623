package dev.statecraft.studio.study;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.StudyRecipe;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * One run of a study.
 *
 * @param name of its folder
 * @param settings the varied keys and their values
 * @param seed of the run
 * @param recipe what these settings make of the study's recipe
 */
public record StudyPoint(String name, Map<String, String> settings, long seed, Recipe recipe) {
  private static final int LONGEST_NAME = 100;

  public StudyPoint {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }

  /**
   * The points of a study: for each combination, in the order of the grid, each seed.
   *
   * @throws RecipeException if a combination makes no valid recipe
   */
  static List<StudyPoint> of(StudyRecipe study, Path folder) {
    List<Map<String, String>> combinations = new ArrayList<>();
    combinations.add(Map.of());
    study
        .grid()
        .forEach(
            (key, values) -> {
              List<Map<String, String>> longer = new ArrayList<>();
              for (Map<String, String> combination : combinations) {
                for (String value : values) {
                  Map<String, String> more = new LinkedHashMap<>(combination);
                  more.put(key, value);
                  longer.add(more);
                }
              }
              combinations.clear();
              combinations.addAll(longer);
            });
    List<StudyPoint> points = new ArrayList<>();
    for (Map<String, String> combination : combinations) {
      for (long seed : study.seeds()) {
        points.add(point(study, combination, seed, folder));
      }
    }
    return points;
  }

  private static StudyPoint point(
      StudyRecipe study, Map<String, String> settings, long seed, Path folder) {
    String name = name(settings, seed);
    List<String> overrides = new ArrayList<>(study.overrides());
    settings.forEach((key, value) -> overrides.add(key + "=" + value));
    overrides.add("train.seed=" + seed);
    try {
      Recipe recipe =
          Recipe.load(study.recipe(), overrides, folder)
              .withOutput(study.output().resolve(Study.POINTS).resolve(name));
      return new StudyPoint(name, settings, seed, recipe);
    } catch (RecipeException e) {
      throw settings.isEmpty() ? e : refused(settings, e);
    }
  }

  /** Says which combination of the grid does not go. */
  static RecipeException refused(Map<String, String> settings, RuntimeException problem) {
    List<String> parts = new ArrayList<>();
    settings.forEach((key, value) -> parts.add(key + "=" + value));
    return new RecipeException(
        "grid: " + String.join(" ", parts) + ": " + problem.getMessage(), problem);
  }

  /** {@code name=lora,rank=4,seed=0}, of characters that every file system takes. */
  private static String name(Map<String, String> settings, long seed) {
    StringBuilder full = new StringBuilder();
    StringBuilder name = new StringBuilder();
    settings.forEach(
        (key, value) -> {
          full.append(key).append('=').append(value).append('\n');
          name.append(key.substring(key.lastIndexOf('.') + 1)).append('=').append(value);
          name.append(',');
        });
    String safe =
        name.append("seed=").append(seed).toString().replaceAll("[^A-Za-z0-9._+=,-]+", "-");
    if (safe.contentEquals(name) && safe.length() <= LONGEST_NAME) {
      return safe;
    }
    // What was replaced or cut off could have told two points apart.
    CRC32 sum = new CRC32();
    sum.update(full.append(seed).toString().getBytes(StandardCharsets.UTF_8));
    return safe.substring(0, Math.min(LONGEST_NAME, safe.length()))
        + "-"
        + Long.toHexString(sum.getValue());
  }

  /** The settings in words: {@code name lora, rank 4}. */
  public String label() {
    return label(settings);
  }

  /** Settings in words, keys by their last part. */
  static String label(Map<String, String> settings) {
    if (settings.isEmpty()) {
      return "recipe as it is";
    }
    List<String> parts = new ArrayList<>();
    settings.forEach(
        (key, value) -> {
          String last = key.substring(key.lastIndexOf('.') + 1);
          // "lora" says enough without "name".
          parts.add(last.equals("name") || last.equals("method") ? value : last + " " + value);
        });
    return String.join(", ", parts).replace('_', ' ');
  }
}
