/**
 * Gemma's decoders: {@link dev.statecraft.models.family.gemma.Gemma}, {@link
 * dev.statecraft.models.family.gemma.Gemma2} and {@link dev.statecraft.models.family.gemma.Gemma3}
 * read their configurations.
 */
package dev.statecraft.models.family.gemma;
