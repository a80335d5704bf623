package dev.statecraft.cli.command;

import dev.statecraft.studio.combine.BaseHashes;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What several runs must have in common to answer over one base. */
final class OneBase {
  private OneBase() {}

  /**
   * Refuses runs of other weights than the first one's, as far as their hashes tell.
   *
   * @throws dev.statecraft.base.InvalidInputException if there are some, or of one of several it is
   *     not known
   */
  static void require(List<RunDirectory> runs) throws IOException {
    if (runs.size() < 2) {
      return;
    }
    BaseHashes first = BaseHashes.of(runs.get(0));
    for (RunDirectory run : runs) {
      first.require(runs.get(0).folder().toString(), BaseHashes.of(run), run.folder().toString());
    }
  }

  /**
   * What the bases of runs are held in.
   *
   * @param option that named them
   * @throws RecipeException if it is not one for all
   */
  static Quantization quantization(String option, List<Recipe> runs) {
    return one(option, "quantize", runs, Recipe::quantize, Quantization::label);
  }

  /**
   * Refuses runs that are not all computed in one type.
   *
   * @param option that named them
   * @throws RecipeException if they are not
   */
  static void requireDtype(String option, List<Recipe> runs) {
    DType unused = one(option, "train.dtype", runs, run -> run.train().dtype(), DType::label);
  }

  private static <T> T one(
      String option,
      String key,
      List<Recipe> runs,
      Function<Recipe, T> value,
      Function<T, String> label) {
    List<T> found = runs.stream().map(value).distinct().toList();
    if (found.size() > 1) {
      throw new RecipeException(
          option
              + ": expected runs of one "
              + key
              + ", as they share a base, found "
              + found.stream().map(label).collect(Collectors.joining(" and ")));
    }
    return found.get(0);
  }
}
