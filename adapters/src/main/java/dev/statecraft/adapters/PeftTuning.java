package dev.statecraft.adapters;

import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.models.head.TaskModel;

/**
 * LoRA or DoRA with all that PEFT's settings can say of them, as a tuning of one model, by whose
 * modules they say it.
 *
 * @param part the settings
 * @param family the model
 */
public record PeftTuning(ProjectionsPart part, TaskModel family) implements Tuning {
  /**
   * {@inheritDoc}
   *
   * @throws dev.statecraft.base.UsageException if the model lacks what the settings name
   */
  @Override
  public Graph apply(Graph graph) {
    part.savedModules(family).requireKnown();
    return part.tuning(family).apply(graph);
  }
}
