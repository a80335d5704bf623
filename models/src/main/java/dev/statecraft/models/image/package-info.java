/**
 * Pictures as a model reads them: {@link dev.statecraft.models.image.ImagePreprocessor} joins what
 * the model's folder says about them ({@code preprocessor_config.json}) with what its graph
 * expects.
 */
package dev.statecraft.models.image;
