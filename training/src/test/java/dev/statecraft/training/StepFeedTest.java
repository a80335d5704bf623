package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Data that is made ahead is made as small as memory has turned out to need. */
class StepFeedTest {
  private static final int STEPS = 12;

  /** Keeps which batches were made by which thread. */
  private record Watched(ExampleSet examples, List<String> made) implements ExampleSet {
    @Override
    public int[] lengths() {
      return examples.lengths();
    }

    @Override
    public long labels(List<Integer> chosen) {
      return examples.labels(chosen);
    }

    @Override
    public HostBatch hostBatch(List<Integer> chosen) {
      made.add(Thread.currentThread().getName() + " " + chosen.size());
      return examples.hostBatch(chosen);
    }

    @Override
    public Score score() {
      return examples.score();
    }
  }

  @Test
  void batchesAreHalvedWhereTheyAreMade() {
    Watched watched = new Watched(TinyTask.EXAMPLES, new CopyOnWriteArrayList<>());
    TrainingOptions options = TinyTask.options(STEPS, BatchLimit.examples(TinyTask.BATCH));
    String here = Thread.currentThread().getName();
    try (StepFeed feed = new StepFeed(watched, options, Progress.NONE, STEPS)) {
      StepData first = feed.next();
      assertThat(first.largestPart()).isEqualTo(8);
      assertThat(feed.halve(first).largestPart()).isEqualTo(4);
      for (int i = 1; i < STEPS; i++) {
        StepData step = feed.next();
        assertThat(step.parts()).hasSize(2).allMatch(part -> part.size() == 4);
        assertThat(step.batches()).hasSize(2);
        assertThat(step.halvings()).isEqualTo(1);
      }
    }
    long wholeMade = watched.made.stream().filter("statecraft-batches 8"::equals).count();
    long halvedHere = watched.made.stream().filter((here + " 4")::equals).count();
    // Those that were ready or in the making when it became known; all others are made once.
    assertThat(wholeMade).isBetween(1L, 5L);
    assertThat(halvedHere).isEqualTo(2 * wholeMade);
    assertThat(watched.made.stream().filter("statecraft-batches 4"::equals).count())
        .isEqualTo(2 * (STEPS - wholeMade));
  }

  @Test
  void aRunThatGoesOnBeginsWithItsHalves() {
    TrainingOptions options = TinyTask.options(STEPS, BatchLimit.examples(TinyTask.BATCH));
    Progress from = Progress.NONE.withHalvings(2);
    try (StepFeed feed = new StepFeed(TinyTask.EXAMPLES, options, from, STEPS)) {
      assertThat(feed.next().largestPart()).isEqualTo(2);
      assertThat(feed.halvings()).isEqualTo(2);
    }
  }
}
