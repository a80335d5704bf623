/**
 * Recipes: what a user says about a training run.
 *
 * <p>A tour. {@link dev.statecraft.studio.recipe.Recipe} is the whole, an immutable value of parts:
 * {@link dev.statecraft.studio.recipe.MethodRecipe}, {@link
 * dev.statecraft.studio.recipe.DataRecipe}, {@link dev.statecraft.studio.recipe.TaskRecipe}, {@link
 * dev.statecraft.studio.recipe.TrainRecipe} and others, each a mapping in a recipe's file. What a
 * mapping can say is told once, by its {@link dev.statecraft.studio.recipe.Keys}: each {@link
 * dev.statecraft.studio.recipe.Key} is a field with a {@code Type}, a default and a sentence. A
 * {@code Reading} makes {@link dev.statecraft.studio.recipe.Settings} of a mapping of a file, and
 * keys write them back; {@code Section} reports whatever is wrong by file and key, and {@code
 * Overrides} puts the command line's {@code --set} on top. {@link
 * dev.statecraft.studio.recipe.Catalogue} lists all keys for those who explain them.
 *
 * <p>A {@link dev.statecraft.studio.recipe.Method} is one class with keys of its own, which makes
 * the engine's {@link dev.statecraft.core.control.Tuning} of their values; {@link
 * dev.statecraft.studio.recipe.Methods} lists them.
 */
package dev.statecraft.studio.recipe;
