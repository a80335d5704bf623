package dev.statecraft.studio.recipe;

import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageColumns;
import dev.statecraft.data.image.ImageOptions;

/**
 * What image classification has to say about its data.
 *
 * @param columns of a file of rows
 * @param options how image files are read
 * @param augmentation how training changes pictures
 */
public record ImageRecipe(ImageColumns columns, ImageOptions options, Augmentation augmentation) {}
