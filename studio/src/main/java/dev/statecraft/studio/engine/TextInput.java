package dev.statecraft.studio.engine;

import dev.statecraft.base.Quoted;
import java.util.Optional;

/**
 * A text to classify.
 *
 * @param text the text, or the first of two
 * @param pair the second text of a pair task
 * @param source where it is from, for messages
 */
public record TextInput(String text, Optional<String> pair, String source) {
  /** One text that is from nowhere else. */
  public TextInput(String text) {
    this(text, Optional.empty());
  }

  /** A text that is from nowhere else. */
  public TextInput(String text, Optional<String> pair) {
    this(text, pair, "the text " + Quoted.text(text));
  }
}
