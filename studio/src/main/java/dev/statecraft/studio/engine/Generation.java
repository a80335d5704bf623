package dev.statecraft.studio.engine;

/**
 * A continued text.
 *
 * @param text what was added to the prompt
 * @param promptTokens tokens of the prompt
 * @param newTokens tokens added
 * @param ended whether the model ended the text itself
 * @param ending in words, why the text ends here
 * @param seconds it took, without loading
 */
public record Generation(
    String text, int promptTokens, int newTokens, boolean ended, String ending, double seconds) {}
