/**
 * Rotary positions as configurations ask for them: {@link
 * dev.statecraft.models.config.rope.RopeConfig} has the base of the frequencies and one {@link
 * dev.statecraft.models.config.rope.RopeScaling}, which makes the table that a graph reads.
 */
package dev.statecraft.models.config.rope;
