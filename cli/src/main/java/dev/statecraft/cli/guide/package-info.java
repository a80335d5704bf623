/**
 * What the catalogue of keys looks like to readers: {@link dev.statecraft.cli.guide.Explanation} on
 * a terminal, {@link dev.statecraft.cli.guide.RecipePage} as {@code docs/recipes.md}, {@link
 * dev.statecraft.cli.guide.RecipeSchema} to editors and validators. Nothing is said here that
 * {@link dev.statecraft.cli.recipe.Catalogue} does not say.
 */
package dev.statecraft.cli.guide;
