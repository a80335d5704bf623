/**
 * What comes after a backbone.
 *
 * <p>A tour. A {@link dev.statecraft.models.head.TaskModel} is a backbone of any family with a
 * {@link dev.statecraft.models.head.Head} and an {@link dev.statecraft.models.head.Objective}; its
 * graph is what tunings, training and inference see. Heads score tokens ({@link
 * dev.statecraft.models.head.LanguageHead}) or whole sequences and pictures ({@link
 * dev.statecraft.models.head.SequenceHead}: in the family's own way, or from the mean over tokens).
 * Objectives are {@link dev.statecraft.models.head.NextToken}, {@link
 * dev.statecraft.models.head.CrossEntropy} and {@link dev.statecraft.models.head.SquaredError}.
 */
package dev.statecraft.models.head;
