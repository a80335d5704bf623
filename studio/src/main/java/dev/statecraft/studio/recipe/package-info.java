/**
 * Recipes: what a user says about a training run.
 *
 * <p>A tour. {@link dev.statecraft.studio.recipe.Recipe} is the whole, an immutable value of four
 * parts: {@link dev.statecraft.studio.recipe.Method}, {@link
 * dev.statecraft.studio.recipe.DataRecipe}, {@link dev.statecraft.studio.recipe.TaskRecipe} and
 * {@link dev.statecraft.studio.recipe.TrainRecipe}. {@code RecipeReader} makes it of YAML, with
 * {@code Section} reporting whatever is wrong by file and key, and {@code Overrides} putting the
 * command line's {@code --set} on top; {@code Defaults} is the only home of defaults; {@code
 * RecipeWriter} writes the resolved recipe; {@link dev.statecraft.studio.recipe.Catalogue}
 * documents every key. {@link dev.statecraft.studio.recipe.Tunings} turns a method into the
 * engine's {@link dev.statecraft.core.control.Tuning}.
 */
package dev.statecraft.studio.recipe;
