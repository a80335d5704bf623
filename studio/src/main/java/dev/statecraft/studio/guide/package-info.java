/**
 * What the catalogue of keys looks like to readers: {@link dev.statecraft.studio.guide.Explanation}
 * on a terminal, {@link dev.statecraft.studio.guide.RecipePage} as {@code docs/recipes.md}, {@link
 * dev.statecraft.studio.guide.RecipeSchema} to editors and validators. Nothing is said here that
 * {@link dev.statecraft.studio.recipe.Catalogue} does not say.
 */
package dev.statecraft.studio.guide;
