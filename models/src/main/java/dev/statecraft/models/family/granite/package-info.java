/**
 * {@link dev.statecraft.models.family.granite.Granite} reads configurations of Granite's decoders.
 */
package dev.statecraft.models.family.granite;
