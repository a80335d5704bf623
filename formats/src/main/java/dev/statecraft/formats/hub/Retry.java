package dev.statecraft.formats.hub;

import java.time.Duration;

/**
 * How often something is tried that fails for reasons that may pass.
 *
 * @param attempts in a row that bring nothing, with the first
 * @param first the wait after the first of them; each later one is twice as long
 * @param longest the longest wait, whatever a server asks for
 * @param stall how long a connection may be silent
 */
record Retry(int attempts, Duration first, Duration longest, Duration stall) {
  static final Retry USUAL =
      new Retry(6, Duration.ofSeconds(1), Duration.ofMinutes(5), Duration.ofSeconds(60));

  /** The wait after so many attempts in a row. */
  Duration after(int failed) {
    Duration wait = first.multipliedBy(1L << Math.min(failed - 1, 20));
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
