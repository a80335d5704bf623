package dev.statecraft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which evaluation is the best, and when none will be better. */
class EarlyStoppingTest {
  private static final Criterion LOSS = new Criterion("loss", false);
  private static final Criterion ACCURACY = new Criterion("accuracy", true);

  private static List<Evaluation> evaluations(String metric, double... values) {
    List<Evaluation> evaluations = new ArrayList<>();
    for (double value : values) {
      evaluations.add(new Evaluation(10L * evaluations.size(), 0, Map.of(metric, value)));
    }
    return evaluations;
  }

  @Test
  void theFirstOfTheBestIsTheBest() {
    assertThat(LOSS.best(List.of())).isEmpty();
    assertThat(LOSS.best(evaluations("loss", 3, 1, 1, 2)).orElseThrow().step()).isEqualTo(10);
    assertThat(ACCURACY.best(evaluations("accuracy", 3, 1, 4, 4)).orElseThrow().step())
        .isEqualTo(20);
    assertThat(LOSS.best(evaluations("loss", Double.NaN, 5, Double.NaN)).orElseThrow().step())
        .isEqualTo(10);
    assertThatThrownBy(() -> LOSS.best(evaluations("accuracy", 1, 2)))
        .hasMessage("expected the metric loss, found [accuracy]");
  }

  @Test
  void patienceCountsEvaluationsWithoutImprovement() {
    EarlyStopping two = new EarlyStopping(2, 0);
    assertThat(two.isDue(evaluations("loss", 3, 2, 2.5), LOSS)).isFalse();
    assertThat(two.isDue(evaluations("loss", 3, 2, 2.5, 2), LOSS)).isTrue();
    assertThat(two.isDue(evaluations("loss", 3, 2, 2.5, 1.9), LOSS)).isFalse();
    assertThat(two.isDue(evaluations("accuracy", 1, 0.9, 0.8), ACCURACY)).isTrue();
    assertThat(two.isDue(evaluations("loss", 3, Double.NaN, Double.NaN), LOSS)).isTrue();
  }

  @Test
  void anImprovementMustBeLargerThanTheLeast() {
    EarlyStopping least = new EarlyStopping(2, 0.25);
    assertThat(least.isDue(evaluations("loss", 3, 2.9, 2.8), LOSS)).isTrue();
    assertThat(least.isDue(evaluations("loss", 3, 2.9, 2.7), LOSS)).isFalse();
  }

  @Test
  void nonsenseIsRefused() {
    assertThatThrownBy(() -> new EarlyStopping(0, 0))
        .hasMessage("patience: expected 1 or more, found 0");
    assertThatThrownBy(() -> new EarlyStopping(1, -1))
        .hasMessage("min_delta: expected 0 or more, found -1.0");
  }
}
