package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A study: one recipe, and what is varied in it.
 *
 * @param recipe the recipe's file
 * @param overrides changes to it that all points share, see {@link Overrides}
 * @param grid for each varied key its values, as YAML; every combination is a point
 * @param seeds of which every combination is run
 * @param output the study's folder (absolute)
 */
public record StudyRecipe(
    Path recipe,
    List<String> overrides,
    Map<String, List<String>> grid,
    List<Long> seeds,
    Path output) {
  private static final Set<String> KEYS = Set.of("recipe", "set", "grid", "seeds", "output");
  private static final String SEED = "train.seed";

  /**
   * Checks and copies.
   *
   * @throws RecipeException if nothing is varied, too much is, or something is not as it should be
   */
  public StudyRecipe {
    overrides = List.copyOf(overrides);
    grid = Collections.unmodifiableMap(new LinkedHashMap<>(grid));
    seeds = List.copyOf(seeds);
    grid.forEach(StudyRecipe::checkAxis);
    GridAxes.requireFew(grid, seeds.size());
    if (seeds.isEmpty() || seeds.stream().distinct().count() != seeds.size()) {
      throw new RecipeException("seeds: expected at least one, each once, found " + seeds);
    }
    if (grid.isEmpty() && seeds.size() == 1) {
      throw new RecipeException(
          "grid: expected keys with values to vary, such as method.rank: [4, 8], or several seeds,"
              + " found neither");
    }
  }

  private static void checkAxis(String key, List<String> values) {
    if (values.isEmpty() || values.stream().distinct().count() != values.size()) {
      throw new RecipeException(
          "grid: " + key + ": expected at least one value, each once, found " + values);
    }
    if (key.equals(SEED) || key.equals("output")) {
      throw new RecipeException(
          "grid: "
              + key
              + ": expected a key that decides the result"
              + (key.equals(SEED) ? "; seeds has its own place" : ""));
    }
  }

  /**
   * Reads a study.
   *
   * @param file a study ({@code recipe}, {@code grid}, ...), or a recipe
   * @param overrides changes to the recipe
   * @param grid more keys to vary, such as {@code method.rank=4,8}
   * @param seeds how many seeds; 0 for as the file says, or one
   * @param output the study's folder; null for as the file says, or {@code studies/NAME}
   * @param folder what relative paths are relative to
   * @throws InvalidInputException if the file cannot be read
   * @throws RecipeException if it is not valid; the message names file and key
   */
  public static StudyRecipe load(
      Path file, List<String> overrides, List<String> grid, int seeds, Path output, Path folder) {
    ObjectNode root = Recipe.tree(file);
    boolean study = root.has("recipe") || root.has("grid");
    Path recipe = file;
    List<String> changes = new ArrayList<>();
    Map<String, List<String>> axes = new LinkedHashMap<>();
    JsonNode seedNode = root.path(study ? "seeds" : "");
    if (study) {
      requireKnown(root, file);
      recipe = folder.resolve(text(root, "recipe", file)).toAbsolutePath().normalize();
      root.path("set").forEach(change -> changes.add(change.asText()));
      axes.putAll(GridAxes.of(root.path("grid"), file));
    }
    changes.addAll(overrides);
    grid.forEach(axis -> GridAxes.add(axes, axis));
    long first = firstSeed(Recipe.tree(recipe), changes, recipe.toString());
    List<Long> chosen = seeds > 0 ? counted(first, seeds) : seeds(seedNode, first, file);
    Path place =
        output != null
            ? output
            : study && root.has("output")
                ? folder.resolve(text(root, "output", file)).toAbsolutePath().normalize()
                : folder.resolve("studies").resolve(Recipe.nameOf(file)).toAbsolutePath();
    return new StudyRecipe(recipe, changes, axes, chosen, place);
  }

  private static void requireKnown(ObjectNode root, Path file) {
    for (String key : (Iterable<String>) root::fieldNames) {
      if (!KEYS.contains(key)) {
        throw new RecipeException(
            file
                + ": "
                + key
                + ": unknown key of a study, expected one of "
                + KEYS.stream().sorted().toList()
                + Suggestion.of(key, KEYS));
      }
    }
  }

  private static String text(ObjectNode root, String key, Path file) {
    if (!root.path(key).isTextual()) {
      throw new RecipeException(
          file + ": " + key + ": expected a path, found " + RecipeText.shown(root.path(key)));
    }
    return root.path(key).textValue();
  }

  private static long firstSeed(ObjectNode root, List<String> changes, String source) {
    JsonNode seed =
        Overrides.apply(root, changes, source, Catalogue.ALL).path("train").path("seed");
    return seed.isIntegralNumber() ? seed.longValue() : 0;
  }

  private static List<Long> counted(long first, int count) {
    GridAxes.requireFew(Map.of(), count);
    List<Long> seeds = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      seeds.add(first + i);
    }
    return seeds;
  }

  /** A number of seeds, or a list of them. */
  private static List<Long> seeds(JsonNode node, long first, Path file) {
    if (node.isMissingNode() || node.isNull()) {
      return List.of(first);
    }
    if (node.isIntegralNumber() && node.canConvertToInt() && node.intValue() > 0) {
      return counted(first, node.intValue());
    }
    List<Long> seeds = new ArrayList<>();
    node.forEach(seed -> seeds.add(seed.isIntegralNumber() ? seed.longValue() : Long.MIN_VALUE));
    if (!node.isArray() || seeds.contains(Long.MIN_VALUE)) {
      throw new RecipeException(
          file
              + ": seeds: expected a number of them or a list of whole numbers, found "
              + RecipeText.shown(node));
    }
    return seeds;
  }

  /** The text of the file, for the study's page. */
  public String text() throws IOException {
    return TextFile.read(recipe);
  }
}
