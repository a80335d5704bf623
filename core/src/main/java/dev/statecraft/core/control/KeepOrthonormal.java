package dev.statecraft.core.control;

import dev.statecraft.core.graph.OrthonormalRows;
import dev.statecraft.core.graph.StepContext;
import dev.statecraft.core.graph.StepRule;

/**
 * Makes the rows of a matrix orthonormal again after every step.
 *
 * @param parameter its name; {@code [r, n]}, r at most n
 */
record KeepOrthonormal(String parameter) implements StepRule {
  @Override
  public void follow(StepContext context, long step) {
    OrthonormalRows.make(context.value(parameter));
  }
}
