package dev.statecraft.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.testkit.Closeness;
import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachedDecodingTest {
  private static double[] uncached(TinyLlama model, StatePlan plan, int[] ids) {
    try (Batch batch =
            TokenBatches.next(ids, 0).upload(model.torch(), model.weights().computeType());
        Pass pass = Pass.run(plan, model.weights(), batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toDoubles();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "llama-tiny, false, 5",
    "llama-tiny, true, 9",
    "llama-tied, false, 1",
    "llama-tied, true, 5"
  })
  void scoresAreThoseOfTheWholeSequence(String name, boolean tuned, int promptTokens)
      throws IOException {
    try (TinyLlama model = tuned ? TinyLlama.tuned(name) : TinyLlama.open(name)) {
      Graph graph = model.exact();
      StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
      int[] ids = new SplittableRandom(2).ints(64, 0, model.config().vocabSize()).toArray();
      Closeness close = Closeness.relative(1e-12);
      long before = model.torch().liveTensors();
      try (CachedDecoding decoding = new CachedDecoding(plan, model.weights(), 7)) {
        double[] scores = decoding.append(Arrays.copyOf(ids, promptTokens));
        for (int seen = promptTokens; seen < ids.length; seen++) {
          close.check("scores of " + seen, scores, uncached(model, plan, Arrays.copyOf(ids, seen)));
          scores = decoding.append(ids[seen]);
        }
        close.check("scores of all", scores, uncached(model, plan, ids));
      }
      assertThat(model.torch().liveTensors()).isEqualTo(before);
    }
  }
}
