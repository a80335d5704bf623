/**
 * BERT and RoBERTa: one {@link dev.statecraft.models.family.bert.BertConfig}, which makes a {@link
 * dev.statecraft.models.family.bert.Bert} or a {@link dev.statecraft.models.family.bert.Roberta}.
 * Their layers are those of {@code Encoder}; heads, positions and names differ.
 */
package dev.statecraft.models.family.bert;
