/**
 * BERT, RoBERTa and the model types that are the same networks under other names ({@code Variant}):
 * one {@link dev.statecraft.models.family.bert.BertConfig}, which makes a {@link
 * dev.statecraft.models.family.bert.Bert} or a {@link dev.statecraft.models.family.bert.Roberta}.
 * What they share is in {@code Encoder}; heads, positions and names differ.
 */
package dev.statecraft.models.family.bert;
