package dev.statecraft.data;

import java.util.Objects;

/**
 * A piece of the text of a causal language model's example.
 *
 * @param text the text; may be empty
 * @param learned whether its tokens are in the loss (a completion) or masked out of it (a prompt)
 */
public record Segment(String text, boolean learned) {

  /** Checks that there is a text. */
  public Segment {
    Objects.requireNonNull(text, "text");
  }

  /** Text that is read, but not learned. */
  public static Segment prompt(String text) {
    return new Segment(text, false);
  }

  /** Text that is learned. */
  public static Segment completion(String text) {
    return new Segment(text, true);
  }
}
