package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/** Says of errors which row they come from. */
final class Located {
  private Located() {}

  /**
   * What work on a row gives.
   *
   * @param where the row, for messages
   * @throws InvalidInputException if the work throws one; the message names the row
   * @throws IllegalStateException if it fails otherwise, as nothing should; it names the row too
   */
  static <R> R at(String where, Supplier<R> work) {
    try {
      return work.get();
    } catch (InvalidInputException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(where) ? e : new InvalidInputException(where + ": " + message, e);
    } catch (CancellationException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new IllegalStateException(where + ": " + e, e);
    }
  }
}
