/** {@link dev.statecraft.models.family.smollm.SmolLm3} reads configurations of SmolLM3. */
package dev.statecraft.models.family.smollm;
