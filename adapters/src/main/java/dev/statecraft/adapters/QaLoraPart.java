package dev.statecraft.adapters;

import dev.statecraft.core.control.QaLora;
import dev.statecraft.models.head.TaskModel;
import java.util.Optional;

/**
 * QA-LoRA.
 *
 * @param linears which linears, and how
 */
record QaLoraPart(QaLora linears) implements AdapterPart {
  @Override
  public boolean isInWeights() {
    return true;
  }

  @Override
  public Optional<QaLora> groupMeans() {
    return Optional.of(linears);
  }

  @Override
  public QaLora tuning(TaskModel family) {
    return linears;
  }
}
