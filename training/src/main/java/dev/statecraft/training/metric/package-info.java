/**
 * Evaluation metrics over gold values and predictions; plain numbers, no tensors.
 *
 * <p>{@link dev.statecraft.training.metric.ConfusionMatrix} counts class predictions and derives
 * accuracy, precision, recall, F1 and Matthews correlation from the counts. {@link
 * dev.statecraft.training.metric.Regression} has Pearson's and Spearman's correlation and the mean
 * squared error.
 *
 * <p>No metric returns NaN: where the textbook formula divides zero by zero, as with predictions
 * that are all the same, the value is 0, which for a correlation or an F1 score reads as "knows
 * nothing". Each method says where that applies.
 */
package dev.statecraft.training.metric;
