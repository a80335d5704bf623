package dev.statecraft.data.image;

/**
 * A picture with a label, for image classification.
 *
 * @param picture the picture, fetched when it is needed
 * @param label the label as the data has it
 * @param where the picture is, for messages
 */
public record LabelledImage(PictureSource picture, String label, String where) {}
