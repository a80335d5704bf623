package dev.statecraft.adapters.combine;

import java.util.List;

/**
 * An edge on which low-rank updates of several runs meet.
 *
 * @param edge its name
 * @param from the state that they read
 */
record Meeting(String edge, String from, List<Strand> strands) {
  /** Copies. */
  Meeting {
    strands = List.copyOf(strands);
  }
}
