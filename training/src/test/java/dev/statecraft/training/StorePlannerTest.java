package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.base.ByteSize;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import dev.statecraft.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StorePlannerTest {
  private static final ComputeOptions COMPUTE = ComputeOptions.cpu(DType.FLOAT32);

  private final MicroBatchPlanner sizes =
      new MicroBatchPlanner(TinyTask.GRAPH, COMPUTE, TinyTask.EXAMPLES, TinyTask.BATCH);
  private final StorePlanner planner =
      new StorePlanner(
          TinyTask.GRAPH, COMPUTE, sizes.layout(List.of(15, 14, 13, 12, 11, 10, 9, 8)));

  @AfterEach
  void close() {
    planner.close();
  }

  private StoreChoice uniform(StorePolicy policy) {
    return planner.of(LayerPolicies.uniform(policy));
  }

  private static long peak(StoreChoice choice) {
    return choice.memory().peakBytes();
  }

  @Test
  void aHugeBudgetStoresEverything() {
    StoreChoice choice = planner.fastest(Long.MAX_VALUE).orElseThrow();
    assertThat(choice.policies()).isEqualTo(LayerPolicies.uniform(StorePolicy.ALL));
    assertThat(choice.relativeCompute()).isEqualTo(1);
    assertThat(choice.sentence(1L << 40)).contains("stores all").contains("nothing computed twice");
  }

  @Test
  void theLessBudgetTheMoreIsComputedAgain() {
    long all = peak(uniform(StorePolicy.ALL));
    long smallest = planner.smallestBudget();
    assertThat(smallest).isLessThanOrEqualTo(peak(uniform(StorePolicy.INPUTS))).isLessThan(all);
    double slowest = 1;
    Set<String> chosen = new TreeSet<>();
    for (long budget = all; budget >= smallest; budget -= (all - smallest) / 24) {
      StoreChoice choice = planner.fastest(budget).orElseThrow();
      assertThat(peak(choice)).isLessThanOrEqualTo(budget);
      assertThat(choice.relativeCompute()).isGreaterThanOrEqualTo(slowest);
      slowest = choice.relativeCompute();
      chosen.add(choice.policies().describe());
    }
    assertThat(slowest).isBetween(1.1, 2.0);
    assertThat(chosen)
        .as("mixes are among them")
        .anyMatch(text -> text.startsWith("layers "))
        .contains("cheap");
  }

  @Test
  void noPolicyThatFitsIsFasterThanTheOneChosen() {
    long budget = (peak(uniform(StorePolicy.CHEAP)) + peak(uniform(StorePolicy.INPUTS))) / 2;
    StoreChoice choice = planner.fastest(budget).orElseThrow();
    assertThat(choice.policies().layers()).as("a mix").isNotEmpty();
    for (StorePolicy lean : StorePolicy.values()) {
      for (StorePolicy rest : StorePolicy.values()) {
        for (int count = 0; count <= 3; count++) {
          StoreChoice other = planner.of(LayerPolicies.mix(3, count, lean, rest));
          assertThat(peak(other) > budget || other.relativeCompute() >= choice.relativeCompute())
              .as(other.policies().describe())
              .isTrue();
        }
      }
    }
    assertThat(choice.sentence(budget))
        .startsWith("stores layers ")
        .contains(ByteSize.shown(budget))
        .contains("% more compute");
  }

  @Test
  void belowTheSmallestNothingFits() {
    long smallest = planner.smallestBudget();
    assertThat(planner.fastest(smallest - 1)).isEmpty();
    assertThat(planner.fastest(smallest)).isPresent();
  }

  @Test
  void compressedStatesLeaveRoomForMore() {
    List<Integer> examples = List.of(15, 14, 13, 12, 11, 10, 9, 8);
    try (StorePlanner compressed =
        new StorePlanner(
            TinyTask.GRAPH, COMPUTE.storing(StateFormat.INT8), sizes.layout(examples))) {
      LayerPolicies all = LayerPolicies.uniform(StorePolicy.ALL);
      long budget = compressed.of(all).memory().peakBytes();
      assertThat(budget)
          .isLessThan(uniform(StorePolicy.ALL).memory().peakBytes())
          .isEqualTo(
              DryRun.step(
                      TinyTask.GRAPH,
                      COMPUTE.storing(StateFormat.INT8),
                      all,
                      sizes.layout(examples))
                  .peakBytes());
      assertThat(compressed.fastest(budget).orElseThrow().policies()).isEqualTo(all);
    }
  }

  @Test
  void theLargestMicroBatchHoldsTheLongestExamples() {
    assertThat(sizes.largest(BatchLimit.examples(3))).containsExactly(15, 14, 13);
    assertThat(sizes.largest(BatchLimit.examples(100))).hasSize(TinyTask.BATCH);
    // 24 + 23 tokens; no three have less than 9 + 10 + 11.
    assertThat(sizes.largest(BatchLimit.tokens(47))).containsExactly(15, 14);
    // With 24 goes none of its neighbours, but 12 fills the limit, as the packing of a step would.
    assertThat(sizes.largest(BatchLimit.tokens(36))).containsExactly(15, 3);
    // With 24 goes none at all; 16 + 15 fill it best.
    assertThat(sizes.largest(BatchLimit.tokens(31))).containsExactly(7, 6);
  }

  @Test
  void theMicroBatchBecomesAsLargeAsTheBudgetAllows() {
    LayerPolicies cheap = LayerPolicies.uniform(StorePolicy.CHEAP);
    assertThat(sizes.fitting(cheap, Long.MAX_VALUE))
        .as("no more than a step has")
        .contains(BatchLimit.tokens(24 + 23 + 22 + 21 + 20 + 19 + 18 + 17));
    long three =
        DryRun.step(TinyTask.GRAPH, COMPUTE, cheap, sizes.layout(List.of(15, 14, 13))).peakBytes();
    assertThat(sizes.fitting(cheap, three)).contains(BatchLimit.tokens(24 + 23 + 22));
    assertThat(sizes.fitting(cheap, three - 1)).contains(BatchLimit.tokens(24 + 23));
    assertThat(sizes.fitting(cheap, 1000)).isEqualTo(Optional.empty());
  }
}
