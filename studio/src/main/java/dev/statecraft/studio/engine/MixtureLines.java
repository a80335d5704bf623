package dev.statecraft.studio.engine;

import dev.statecraft.base.Units;
import dev.statecraft.training.RunHandler;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Tells of a tuning on several tasks in lines, some ten in all.
 *
 * @param steps of the whole
 * @param lines gets them
 */
record MixtureLines(long steps, Consumer<String> lines) implements RunHandler {
  @Override
  public void tasks(long step, Map<String, Double> losses) {
    if (step == 1 || step == steps || step % Math.max(1, steps / 10) == 0) {
      lines.accept(
          "step "
              + step
              + " of "
              + steps
              + ": loss "
              + losses.entrySet().stream()
                  .map(loss -> loss.getKey() + " " + Units.decimal(loss.getValue()))
                  .collect(Collectors.joining(", ")));
    }
  }

  @Override
  public void note(String line) {
    lines.accept(line);
  }
}
