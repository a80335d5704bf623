/**
 * {@link dev.statecraft.models.family.mistral.Mistral} reads configurations of Mistral's decoders.
 */
package dev.statecraft.models.family.mistral;
