/**
 * Recipes: what a user says about a training run.
 *
 * <p>A tour. {@link dev.statecraft.cli.recipe.Recipe} is the whole, an immutable value of four
 * parts: {@link dev.statecraft.cli.recipe.Method}, {@link dev.statecraft.cli.recipe.DataRecipe},
 * {@link dev.statecraft.cli.recipe.TaskRecipe} and {@link dev.statecraft.cli.recipe.TrainRecipe}.
 * {@code RecipeReader} makes it of YAML, with {@code Section} reporting whatever is wrong by file
 * and key, and {@code Overrides} putting the command line's {@code --set} on top; {@code Defaults}
 * is the only home of defaults; {@code RecipeWriter} writes the resolved recipe; {@link
 * dev.statecraft.cli.recipe.Catalogue} documents every key. {@link
 * dev.statecraft.cli.recipe.Tunings} turns a method into the engine's {@link
 * dev.statecraft.core.control.Tuning}.
 */
package dev.statecraft.cli.recipe;
