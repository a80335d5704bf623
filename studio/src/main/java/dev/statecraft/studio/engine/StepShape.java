package dev.statecraft.studio.engine;

import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Batch;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.studio.recipe.MethodRecipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Torch;
import java.util.List;

/**
 * A training step of a given size on a model of a given shape, with random data: what is measured
 * and what is predicted.
 *
 * @param family the model
 * @param lengths tokens of each sequence of the step; images have as many as they have
 * @param dtype of the frozen weights and the states
 * @param functions what the program has of its own, which a method can name
 */
record StepShape(TaskModel family, List<Integer> lengths, DType dtype, UserFunctions functions) {
  private static final int CLASSES = 2;

  /** On a model of this shape, with a head for a task of two classes if it is no language model. */
  static StepShape of(
      ModelConfig config, List<Integer> lengths, DType dtype, UserFunctions functions) {
    return new StepShape(
        TaskModel.usual(config.backbone(), CLASSES), List.copyOf(lengths), dtype, functions);
  }

  /** The model's graph under a method. */
  Graph tuned(MethodRecipe method) {
    return method.tuning(Models.defaults(family, functions)).apply(family.graph());
  }

  /** The same with the dropout that its configuration asks for, as a run trains it. */
  Graph trained(MethodRecipe method) {
    return method
        .tuning(Models.defaults(family, functions))
        .apply(family.dropout().applyTo(family.graph()));
  }

  /** Labels that the loss is the mean over. */
  long labels() {
    return family.sampleLabels(lengths);
  }

  /** Every token a target for a language model; classes otherwise. */
  Batch batch(Torch torch) {
    return family.sample(lengths).upload(torch, dtype);
  }
}
