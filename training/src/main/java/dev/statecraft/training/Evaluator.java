package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.data.BatchSampler;
import dev.statecraft.data.MicroBatch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.util.List;

/**
 * Scores a model on examples.
 *
 * @param graph the model's graph, tuned or not
 * @param weights its weights
 * @param limit how much is computed at once
 */
public record Evaluator(Graph graph, Weights weights, BatchLimit limit) {
  /** The score over all examples. */
  public Score score(ExampleSet examples) {
    Score score = examples.score();
    StatePlan plan = StatePlan.inference(graph, score.states());
    BatchSampler sampler = new BatchSampler(examples.lengths(), limit, 1, 0);
    for (MicroBatch chosen : sampler.inOrder()) {
      add(score, plan, examples, chosen.examples());
    }
    return score;
  }

  /** In halves if there is not enough memory for all at once. */
  private void add(Score score, StatePlan plan, ExampleSet examples, List<Integer> chosen) {
    try (Batch batch = examples.batch(weights.torch(), weights.computeType(), chosen);
        Pass pass = run(plan, batch)) {
      score.add(pass, batch, chosen);
      return;
    } catch (OutOfMemoryException e) {
      if (chosen.size() == 1) {
        throw e;
      }
    }
    int half = chosen.size() / 2;
    add(score, plan, examples, chosen.subList(0, half));
    add(score, plan, examples, chosen.subList(half, chosen.size()));
  }

  private Pass run(StatePlan plan, Batch batch) {
    try {
      return Pass.run(plan, weights, batch, PassOptions.INFERENCE);
    } catch (RuntimeException e) {
      throw OutOfMemoryException.recognised(e);
    }
  }
}
