package dev.statecraft.adapters.combine.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which run an edge is of. */
class KLoraTest {
  private final Torch torch = Torch.cpu();
  private final Scope scope = torch.scope();

  @AfterEach
  void close() {
    scope.close();
    assertThat(torch.liveTensors()).isZero();
    torch.close();
  }

  private LowRankUpdate row(double... entries) {
    Tensor one = torch.full(DType.FLOAT64, 1, 1, 1);
    return new LowRankUpdate(one, torch.of(DType.FLOAT64, entries, 1, entries.length));
  }

  private static double[] chosen(KLora method, EdgeUpdates edge) {
    return method.combine(edge).update().full().toDoubles();
  }

  @Test
  void theLargestEntriesDecideByTheRunsTotals() {
    // Ranks of 1, so k = 1: 6 of a total of 20 against 4 of 10.
    EdgeUpdates edge = new EdgeUpdates("a", List.of(0, 1), List.of(row(6, -6, 6), row(1, 0, -4)));
    EdgeUpdates other = new EdgeUpdates("b", List.of(0, 1), List.of(row(2, 0), row(-3, 2)));
    KLora method = RandomUpdates.kLora(2, List.of(edge, other));
    assertThat(method.totals()).containsExactly(20.0, 10.0);
    assertThat(chosen(method, edge)).containsExactly(1, 0, -4);
    assertThat(chosen(method, other)).containsExactly(-3, 2);
    // Against a total of 16 for 4, the first run's 6 of 20 are more; equal ones go to the later.
    assertThat(chosen(new KLora(List.of(20.0, 16.0)), edge)).containsExactly(6, -6, 6);
    assertThat(chosen(new KLora(List.of(24.0, 16.0)), edge)).containsExactly(1, 0, -4);
    assertThat(method.combine(edge).kept()).isEqualTo(1);
  }

  @Test
  void aRunThatChangedNothingIsNotChosen() {
    EdgeUpdates edge = new EdgeUpdates("a", List.of(0, 1), List.of(row(1, 2), row(0, 0)));
    KLora method = RandomUpdates.kLora(2, List.of(edge));
    assertThat(chosen(method, edge)).containsExactly(1, 2);
    assertThat(method.values(List.of(new double[] {3}, new double[] {0}), new int[] {0, 1}))
        .containsExactly(3);
  }

  @Test
  void onlyRunsThatHaveTheEdgeAreAsked() {
    EdgeUpdates edge = new EdgeUpdates("a", List.of(2), List.of(row(1, 2)));
    assertThat(chosen(new KLora(List.of(1.0, 1.0, 100.0)), edge)).containsExactly(1, 2);
  }

  @Test
  void entriesAreTheProductOfTheRanks() {
    assertThat(KLora.entries(List.of(3, 3))).isEqualTo(9);
    assertThat(KLora.entries(List.of(4, 16))).isEqualTo(64);
    assertThat(KLora.entries(List.of(7, 1))).isEqualTo(7);
    assertThat(KLora.entries(List.of(8, 8, 8))).isEqualTo(64);
    assertThat(KLora.entries(List.of(2, 4, 8))).isEqualTo(16);
    assertThat(KLora.entries(List.of(5))).isEqualTo(25);
  }

  @Test
  void kDecides() {
    // The largest entry is the first run's, the four largest are the second's.
    double[] first = {9, 0, 0, 0, 0, 0};
    double[] second = {4, 4, 4, 4, 0, 0};
    Tensor two = torch.of(DType.FLOAT64, new double[] {1, 0}, 1, 2);
    LowRankUpdate a =
        new LowRankUpdate(
            two,
            Tensor.cat(0, torch.of(DType.FLOAT64, first, 1, 6), torch.zeros(DType.FLOAT64, 1, 6)));
    LowRankUpdate b =
        new LowRankUpdate(
            two,
            Tensor.cat(0, torch.of(DType.FLOAT64, second, 1, 6), torch.zeros(DType.FLOAT64, 1, 6)));
    KLora method = new KLora(List.of(1.0, 1.0));
    assertThat(chosen(method, new EdgeUpdates("e", List.of(0, 1), List.of(a, b))))
        .containsExactly(second, within(1e-14));
    assertThat(
            chosen(method, new EdgeUpdates("e", List.of(0, 1), List.of(row(first), row(second)))))
        .containsExactly(first);
  }

  @Test
  void valuesAreOfTheRunThatChangedThemMost() {
    KLora method = new KLora(List.of(10.0, 100.0));
    double[] chosen =
        method.values(List.of(new double[] {1, -1}, new double[] {5, 10}), new int[] {0, 1});
    assertThat(chosen).containsExactly(1, -1);
    assertThat(method.values(List.of(new double[] {1, 0}, new double[] {5, 10}), new int[] {0, 1}))
        .containsExactly(5, 10);
  }
}
