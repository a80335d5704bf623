package dev.statecraft.adapters;

import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.models.head.TaskModel;

/**
 * BitFit.
 *
 * @param biases which biases
 */
record BitFitPart(BitFit biases) implements AdapterPart {
  @Override
  public boolean isOfPlainValues() {
    return true;
  }

  @Override
  public boolean isInWeights() {
    return true;
  }

  @Override
  public Tuning tuning(TaskModel family) {
    return biases;
  }
}
