/** LLaMA 2 and 3: {@link dev.statecraft.models.family.llama.Llama} reads their configurations. */
package dev.statecraft.models.family.llama;
