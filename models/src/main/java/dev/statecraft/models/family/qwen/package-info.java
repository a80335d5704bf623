/**
 * {@link dev.statecraft.models.family.qwen.Qwen2} and {@link
 * dev.statecraft.models.family.qwen.Qwen3} read configurations of Qwen's decoders.
 */
package dev.statecraft.models.family.qwen;
