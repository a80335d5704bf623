package dev.statecraft.training.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.training.metric.Regression;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Texts with a number each.
 *
 * @param texts the texts
 * @param targets the numbers
 * @param input how the model reads them
 */
record NumberExamples(List<EncodedText> texts, List<Double> targets, TokenInput input)
    implements ExampleSet {
  public NumberExamples {
    texts = ExampleStore.immutable(texts);
    targets = List.copyOf(targets);
    if (texts.size() != targets.size()) {
      throw new IllegalArgumentException(
          "expected a number for each text, found "
              + targets.size()
              + " for "
              + texts.size()
              + " texts");
    }
  }

  @Override
  public int[] lengths() {
    return ExampleStore.lengths(texts, EncodedText::length);
  }

  @Override
  public long labels(List<Integer> examples) {
    return examples.size();
  }

  @Override
  public HostBatch hostBatch(List<Integer> examples) {
    return TokenBatches.regressed(
        input,
        examples.stream().map(index -> texts.get(index).idArray()).toList(),
        examples.stream().map(index -> texts.get(index).typeArray()).toList(),
        examples.stream().mapToDouble(targets::get).toArray());
  }

  @Override
  public Score score() {
    return new NumberScore();
  }

  /** Correlations and the squared error. */
  private final class NumberScore implements Score {
    private final List<Double> gold = new ArrayList<>();
    private final List<Double> predicted = new ArrayList<>();

    @Override
    public Set<String> states() {
      return Set.of(TaskModel.LOGITS);
    }

    @Override
    public void add(Pass pass, Batch batch, List<Integer> examples) {
      double[] outputs = pass.value(TaskModel.LOGITS).toDoubles();
      for (int i = 0; i < examples.size(); i++) {
        gold.add(targets.get(examples.get(i)));
        predicted.add(outputs[i]);
      }
    }

    @Override
    public Map<String, Double> metrics() {
      double[] expected = gold.stream().mapToDouble(Double::doubleValue).toArray();
      double[] found = predicted.stream().mapToDouble(Double::doubleValue).toArray();
      double error = Regression.meanSquaredError(expected, found);
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("loss", error);
      metrics.put("pearson", Regression.pearson(expected, found));
      metrics.put("spearman", Regression.spearman(expected, found));
      metrics.put("mean_squared_error", error);
      return metrics;
    }
  }
}
