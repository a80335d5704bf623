/**
 * DistilBERT: {@link dev.statecraft.models.family.distilbert.DistilBertConfig} makes a {@link
 * dev.statecraft.models.family.distilbert.DistilBert}, whose layers are BERT's under other names,
 * with the head of {@code PreClassifierHead}.
 */
package dev.statecraft.models.family.distilbert;
