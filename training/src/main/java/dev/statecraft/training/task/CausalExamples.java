package dev.statecraft.training.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Texts whose next tokens are learned where they carry labels.
 *
 * @param examples token ids and labels
 * @param tokenAccuracy whether the score also says how many labels are the most probable token, for
 *     which the scores of all tokens are computed
 */
public record CausalExamples(List<LabelledTokens> examples, boolean tokenAccuracy)
    implements ExampleSet {
  public CausalExamples {
    examples = ExampleStore.immutable(examples);
  }

  @Override
  public int[] lengths() {
    return ExampleStore.lengths(examples, LabelledTokens::length);
  }

  @Override
  public long labels(List<Integer> chosen) {
    return chosen.stream().mapToLong(index -> examples.get(index).learned()).sum();
  }

  @Override
  public HostBatch hostBatch(List<Integer> chosen) {
    return TokenBatches.causal(chosen.stream().map(examples::get).toList());
  }

  @Override
  public List<LabelledTokens> written() {
    return examples;
  }

  @Override
  public Score score() {
    return new LossScore();
  }

  /** Mean loss over labels, its perplexity, and the part of labels that are predicted. */
  private final class LossScore implements Score {
    private double sum;
    private long labels;
    private long right;

    @Override
    public Set<String> states() {
      return tokenAccuracy ? Set.of(TaskModel.LOSS, TaskModel.LOGITS) : Set.of(TaskModel.LOSS);
    }

    @Override
    public void add(Pass pass, Batch batch, List<Integer> chosen) {
      sum += pass.value(TaskModel.LOSS).item();
      labels += labels(chosen);
      if (tokenAccuracy) {
        try (Tensor best = pass.value(TaskModel.LOGITS).argmax(1)) {
          long[] predicted = best.toLongs();
          long[] expected = TokenBatches.labelIds(batch).toLongs();
          for (int i = 0; i < predicted.length; i++) {
            right += predicted[i] == expected[i] ? 1 : 0;
          }
        }
      }
    }

    @Override
    public Map<String, Double> metrics() {
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("loss", sum / labels);
      metrics.put("perplexity", Math.exp(sum / labels));
      if (tokenAccuracy) {
        metrics.put("token_accuracy", right / (double) labels);
      }
      return metrics;
    }

    private long labels(List<Integer> chosen) {
      return CausalExamples.this.labels(chosen);
    }
  }
}
