package dev.statecraft.studio.engine;

import java.util.List;
import java.util.Optional;

/**
 * What an export or a merge made.
 *
 * @param what in words, such as the format
 * @param notes what one should know of it, a line each
 * @param verification of its logits, if they were compared
 */
public record Exported(String what, List<String> notes, Optional<Verification> verification) {
  public Exported {
    notes = List.copyOf(notes);
  }
}
