package dev.statecraft.cli.command;

import dev.statecraft.cli.engine.Verification;
import dev.statecraft.cli.terminal.Table;
import dev.statecraft.cli.terminal.Units;
import dev.statecraft.models.verify.PromptAgreement;
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
        + (verification.passed() ? "same logits: " : "different logits: ")
        + "the largest difference is "
        + number(verification.worst().relative())
        + " of the largest logit (tolerance "
        + number(verification.tolerance())
        + ")\n";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2e", value);
  }

  private static String shortened(String prompt) {
    return prompt.length() <= WIDTH ? prompt : prompt.substring(0, WIDTH - 3) + "...";
  }
}
