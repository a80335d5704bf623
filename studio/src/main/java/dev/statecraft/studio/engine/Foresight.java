package dev.statecraft.studio.engine;

import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;

/** Finds what will not go in recipes, before weights are read and hours are spent. */
public interface Foresight extends AutoCloseable {
  /**
   * Looks at a recipe: whether its model can have the method, and its data the columns.
   *
   * @throws dev.statecraft.base.InvalidInputException if a file is missing or cannot be used
   * @throws dev.statecraft.core.graph.GraphException if the method does not fit the model
   * @throws IOException if a file cannot be read
   */
  void check(Recipe recipe) throws IOException;

  @Override
  void close();
}
