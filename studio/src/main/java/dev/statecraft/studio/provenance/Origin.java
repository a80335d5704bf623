package dev.statecraft.studio.provenance;

import dev.statecraft.studio.recipe.Recipe;
import java.util.List;

/**
 * What the engine says about where a run comes from.
 *
 * @param environment what its arithmetic depends on
 * @param inputs the files that it reads
 * @param recipe with commits in place of branches and tags of the Hub
 */
public record Origin(Environment environment, List<HashedFile> inputs, Recipe recipe) {
  public Origin {
    inputs = List.copyOf(inputs);
  }
}
