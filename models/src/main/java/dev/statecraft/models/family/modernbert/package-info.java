/**
 * ModernBERT: {@link dev.statecraft.models.family.modernbert.ModernBertConfig} makes a {@link
 * dev.statecraft.models.family.modernbert.ModernBert}, of whose first token or mean {@code
 * PredictionHead} makes scores.
 */
package dev.statecraft.models.family.modernbert;
