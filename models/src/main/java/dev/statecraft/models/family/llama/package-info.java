/**
 * LLaMA 2 and 3: {@link dev.statecraft.models.family.llama.LlamaConfig} makes a {@link
 * dev.statecraft.models.family.llama.Llama}.
 */
package dev.statecraft.models.family.llama;
