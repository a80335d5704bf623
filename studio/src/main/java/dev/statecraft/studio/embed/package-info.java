/**
 * Vectors of a file's texts.
 *
 * <p>A tour. {@link dev.statecraft.studio.embed.EmbedRows} goes through the texts of a file, {@link
 * dev.statecraft.studio.embed.FileEmbedding} has an open model give them vectors, some at a time,
 * and hands each to a {@link dev.statecraft.studio.embed.VectorWriter}, so that neither texts nor
 * vectors are in memory all at once. A {@link dev.statecraft.studio.embed.VectorFormat} says how
 * they are written.
 */
package dev.statecraft.studio.embed;
