package dev.statecraft.cli.engine;

import java.util.Optional;

/**
 * A text to classify.
 *
 * @param text the text, or the first of two
 * @param pair the second text of a pair task
 */
public record TextInput(String text, Optional<String> pair) {}
