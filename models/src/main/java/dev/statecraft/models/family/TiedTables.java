package dev.statecraft.models.family;

/**
 * Two tables of a language model that are one.
 *
 * @param embedding name of the tokens' embedding in checkpoints
 * @param head name of the head's weight, which checkpoints may have too, or alone
 */
public record TiedTables(String embedding, String head) {}
