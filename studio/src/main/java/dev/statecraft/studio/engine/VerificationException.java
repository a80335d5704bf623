package dev.statecraft.studio.engine;

import dev.statecraft.adapters.verify.PromptAgreement;
import dev.statecraft.base.StatecraftException;
import java.util.Locale;

/** Two models that should give the same logits do not. */
public final class VerificationException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  /**
   * A comparison that failed.
   *
   * @param what was compared with the adapter
   */
  public VerificationException(String what, Verification found) {
    super(Kind.CHECK, message(what, found.worst(), found.tolerance()));
  }

  private static String message(String what, PromptAgreement worst, double tolerance) {
    return String.format(
        Locale.ROOT,
        "%s: expected the adapter's logits within %.1e of the largest, found a difference of %.3e"
            + " where the largest is %.3e (prompt '%s')",
        what,
        tolerance,
        worst.maxDifference(),
        worst.largest(),
        shortened(worst.prompt()));
  }

  private static String shortened(String prompt) {
    return prompt.length() <= 40 ? prompt : prompt.substring(0, 37) + "...";
  }
}
