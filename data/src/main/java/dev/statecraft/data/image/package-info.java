/**
 * Pictures: from files to what a vision transformer reads, without tensors.
 *
 * <p>A tour, in the order in which data flows:
 *
 * <ol>
 *   <li>{@link dev.statecraft.data.image.ImageSet} finds out what lies at a path (a folder of
 *       classes, CIFAR, IDX, rows) and lists {@link dev.statecraft.data.image.LabelledImage}s. None
 *       is decoded before it is needed, but {@code ImageCheck} looks at the header of each.
 *   <li>{@link dev.statecraft.data.image.ImageDecoder} makes an 8-bit {@link
 *       dev.statecraft.data.image.Picture} of an image file ({@code JpegFile}, {@code PngFile} and
 *       {@code WebpFile} find in it what decoding needs, and which way is up); an {@link
 *       dev.statecraft.data.image.Augmentation} changes it by chance.
 *   <li>{@link dev.statecraft.models.image.ImagePreprocessor} resizes it (to the bit as Pillow
 *       does) and turns its samples into the values that the model was trained on.
 * </ol>
 */
package dev.statecraft.data.image;
