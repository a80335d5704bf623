package dev.statecraft.studio.engine;

import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.util.List;

/**
 * Examples of which only the sizes mean anything, for steps that are taken without memory.
 *
 * @param family the model that they are laid out for
 * @param sizes tokens of each
 */
record SizedExamples(TaskModel family, List<Integer> sizes) implements ExampleSet {
  @Override
  public int[] lengths() {
    return sizes.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public long labels(List<Integer> examples) {
    return family.sampleLabels(chosen(examples));
  }

  @Override
  public HostBatch hostBatch(List<Integer> examples) {
    return family.sample(chosen(examples));
  }

  private List<Integer> chosen(List<Integer> examples) {
    return examples.stream().map(sizes::get).toList();
  }

  @Override
  public Score score() {
    throw new IllegalStateException("there is nothing to score");
  }
}
