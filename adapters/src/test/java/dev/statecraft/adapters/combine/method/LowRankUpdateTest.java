package dev.statecraft.adapters.combine.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Decompositions;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.testkit.Closeness;
import dev.statecraft.testkit.TensorAssert;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums, truncations and approximations against what dense matrices give. */
class LowRankUpdateTest {
  private static final Closeness CLOSE = new Closeness(1e-10, 1e-3);

  private final Torch torch = Torch.cpu();
  private final Scope scope = torch.scope();
  private final RandomUpdates random = new RandomUpdates(torch, 5);

  @AfterEach
  void close() {
    scope.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  /** The dense matrix, truncated. */
  static Tensor truncated(Tensor full, int rank) {
    Decompositions.Svd svd = Decompositions.svd(full);
    long count = Math.min(rank, svd.values().elements());
    return svd.u()
        .narrow(1, 0, count)
        .mul(svd.values().narrow(0, 0, count))
        .matmul(svd.vt().narrow(0, 0, count));
  }

  @Test
  void aSumHasTheFactorsSideBySide() {
    LowRankUpdate one = random.update(5, 7, 2);
    LowRankUpdate other = random.update(5, 7, 3);
    LowRankUpdate sum = LowRankUpdate.sum(List.of(one, other.scaled(-2)));
    assertThat(sum.rank()).isEqualTo(5);
    assertThat(sum.out()).isEqualTo(5);
    assertThat(sum.in()).isEqualTo(7);
    TensorAssert.assertThat(sum.full()).isCloseTo(one.full().sub(other.full().mul(2)), CLOSE);
  }

  @ParameterizedTest
  @CsvSource({
    "9, 6, 4, 2",
    "6, 9, 4, 4",
    "5, 4, 12, 3",
    "4, 5, 12, 30",
    "1, 8, 3, 1",
    "8, 1, 2, 5"
  })
  void truncationIsThatOfTheDenseMatrix(int out, int in, int rank, int to) {
    LowRankUpdate update = random.update(out, in, rank);
    Truncated result = update.truncated(to);
    Tensor best = truncated(update.full(), to);
    TensorAssert.assertThat(result.update().full()).isCloseTo(best, CLOSE);
    assertThat(result.update().rank()).isEqualTo(Math.min(Math.min(rank, to), Math.min(out, in)));
    double share = Math.pow(best.norm() / update.full().norm(), 2);
    assertThat(result.kept()).isCloseTo(share, within(1e-12));
  }

  @Test
  void onlyRoundingIsDropped() {
    LowRankUpdate strong = random.update(9, 8, 3);
    LowRankUpdate weak = random.update(9, 8, 1);
    double size = strong.full().norm() / weak.full().norm();
    assertThat(LowRankUpdate.sum(List.of(strong, weak.scaled(size * 1e-9))).reduced().rank())
        .isEqualTo(3);
    LowRankUpdate sum = LowRankUpdate.sum(List.of(strong, weak.scaled(size * 1e-5), strong));
    LowRankUpdate reduced = sum.reduced();
    assertThat(reduced.rank()).isEqualTo(4);
    TensorAssert.assertThat(reduced.full()).isCloseTo(sum.full(), CLOSE);
    assertThat(sum.scaled(1e-30).reduced().rank()).as("rank without a scale").isEqualTo(4);
  }

  @Test
  void zeroIsOfRankOne() {
    LowRankUpdate zero = random.update(4, 6, 3).scaled(0);
    LowRankUpdate reduced = zero.reduced();
    assertThat(reduced.rank()).isEqualTo(1);
    assertThat(reduced.a().norm()).isZero();
    assertThat(reduced.b().norm()).isZero();
    assertThat(zero.truncated(2).kept()).isEqualTo(1);
    assertThat(zero.truncated(2).update().full().norm()).isZero();
    Truncated approximation = LowRankUpdate.approximation(zero.full(), 2);
    assertThat(approximation.kept()).isEqualTo(1);
    assertThat(approximation.update().full().norm()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"40, 60, 5", "60, 40, 13", "50, 50, 39", "300, 200, 12"})
  void approximationIsNearlyTheBest(int out, int in, int rank) {
    // No gap anywhere: the hardest for a range finder.
    Tensor full = random.normal(out, in);
    Truncated found = LowRankUpdate.approximation(full, rank);
    double norm = Math.pow(full.norm(), 2);
    double best = Math.pow(truncated(full, rank).norm(), 2) / norm;
    assertThat(found.update().rank()).isEqualTo(rank);
    assertThat(found.kept()).isBetween(0.99 * best, best + 1e-12);
    double error = Math.pow(full.sub(found.update().full()).norm(), 2) / norm;
    assertThat(found.kept()).as("the share that is told").isCloseTo(1 - error, within(1e-10));
  }

  @Test
  void approximationFindsWhatIsOfTheRank() {
    LowRankUpdate update = random.update(70, 90, 6);
    Truncated found = LowRankUpdate.approximation(update.full(), 6);
    TensorAssert.assertThat(found.update().full()).isCloseTo(update.full(), CLOSE);
    assertThat(found.kept()).isCloseTo(1, within(1e-12));
  }

  @Test
  void approximationIsTheSameEachTime() {
    Tensor full = random.normal(30, 50);
    assertThat(LowRankUpdate.approximation(full, 4).update().b().toDoubles())
        .containsExactly(LowRankUpdate.approximation(full, 4).update().b().toDoubles());
  }

  @ParameterizedTest
  @CsvSource({"5, 8, 5", "8, 5, 5", "8, 5, 100", "6, 6, 6"})
  void allRanksAreExact(int out, int in, int rank) {
    Tensor full = random.normal(out, in);
    Truncated found = LowRankUpdate.approximation(full, rank);
    assertThat(found.update().full().toDoubles()).containsExactly(full.toDoubles());
    assertThat(found.update().rank()).isEqualTo(5 + (out == in ? 1 : 0));
    assertThat(found.kept()).isEqualTo(1);
  }

  @Test
  void resultsLiveInTheCallersScopeAlone() {
    LowRankUpdate update = random.update(20, 30, 4);
    Tensor full = update.full();
    long before = torch.liveTensors();
    long bytes = torch.liveBytes();
    try (Scope inner = torch.scope()) {
      update.truncated(2);
      update.reduced();
      LowRankUpdate.approximation(full, 3);
      LowRankUpdate.approximation(full, 20);
      assertThat(torch.liveTensors()).as("two of each result").isEqualTo(before + 8);
    }
    assertThat(torch.liveTensors()).isEqualTo(before);
    assertThat(torch.liveBytes()).isEqualTo(bytes);
    assertThat(update.b().isOpen()).isTrue();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Tensor b = random.normal(4, 2);
    Tensor a = random.normal(3, 5);
    assertThatThrownBy(() -> new LowRankUpdate(b, a))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[4, 2]");
    Tensor narrow = b.as(DType.FLOAT32);
    Tensor fitting = random.normal(2, 5);
    assertThatThrownBy(() -> new LowRankUpdate(narrow, fitting))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("float32");
    LowRankUpdate update = new LowRankUpdate(b, fitting);
    LowRankUpdate other = random.update(4, 6, 1);
    assertThatThrownBy(() -> LowRankUpdate.sum(List.of(update, other)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LowRankUpdate.sum(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> update.truncated(0)).isInstanceOf(IllegalArgumentException.class);
    Tensor full = update.full();
    assertThatThrownBy(() -> LowRankUpdate.approximation(full, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
