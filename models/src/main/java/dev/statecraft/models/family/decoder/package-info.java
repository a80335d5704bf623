/**
 * What decoders have in common. {@link dev.statecraft.models.family.decoder.DecoderConfig} says of
 * what a decoder is made: sizes, attention, MLP, norms, and for each layer its window and its
 * rotary positions. {@link dev.statecraft.models.family.decoder.Decoder} makes the network of it,
 * layer by layer ({@code DecoderLayer}). A family is then a file that reads its {@code config.json}
 * into one: {@link dev.statecraft.models.family.decoder.DecoderKeys} reads what all have.
 */
package dev.statecraft.models.family.decoder;
