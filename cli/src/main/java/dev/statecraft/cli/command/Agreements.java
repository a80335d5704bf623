package dev.statecraft.cli.command;

import dev.statecraft.adapters.verify.PromptAgreement;
import dev.statecraft.base.Units;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.studio.engine.Verification;
import java.util.List;
import java.util.Locale;

/** How far logits are apart, as it is printed. */
final class Agreements {
  private static final int WIDTH = 44;

  private Agreements() {}

  /** A row per prompt, and the worst of them in a sentence. */
  static String text(Verification verification) {
    Table table = new Table(List.of("prompt", "rows", "max difference", "largest", "same top"));
    for (PromptAgreement prompt : verification.prompts()) {
      table.row(
          List.of(
              shortened(prompt.prompt()),
              Units.count(prompt.positions()),
              number(prompt.maxDifference()),
              number(prompt.largest()),
              Units.percent(prompt.sameTop())));
    }
    return table.render()
        + verdict(verification)
        + ": the largest difference is "
        + number(verification.worst().relative())
        + " of the largest logit (tolerance "
        + number(verification.tolerance())
        + "); the top token or class is the same in "
        + Units.count(verification.sameTop())
        + " of "
        + Units.count(verification.rows())
        + " rows\n";
  }

  /** Logits may be close and yet choose differently: then both is said. */
  private static String verdict(Verification verification) {
    if (!verification.passed()) {
      return "different logits";
    }
    return verification.sameTop() == verification.rows()
        ? "same logits"
        : "logits within the tolerance, but other top choices";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2e", value);
  }

  private static String shortened(String prompt) {
    return prompt.length() <= WIDTH ? prompt : prompt.substring(0, WIDTH - 3) + "...";
  }
}
