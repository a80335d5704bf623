package dev.statecraft.jinja;

import java.util.List;

/**
 * A rendered template.
 *
 * @param text all of it
 * @param generated the parts inside of {@code generation} tags, in order
 */
public record Rendering(String text, List<Span> generated) {
  /**
   * A part of the text.
   *
   * @param start index of its first {@code char}
   * @param end index after its last
   */
  public record Span(int start, int end) {}

  /** Copies. */
  public Rendering {
    generated = List.copyOf(generated);
  }
}
