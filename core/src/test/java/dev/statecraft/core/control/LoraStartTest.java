package dev.statecraft.core.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoraStartTest {
  private static final Parameter WEIGHT = Parameter.base("q.weight", 6, 4);

  private static List<Parameter> theta(LoraStart start, int rank, double scale) {
    LowRank update = new LowRank(rank, scale, false, 0, Initializer.KAIMING);
    return start.of(update.parameters(name -> "q.lora_" + name, 4, 6), scale, WEIGHT);
  }

  @ParameterizedTest
  @EnumSource
  void isFoundByItsWord(LoraStart start) {
    assertThat(LoraStart.of(start.label())).isEqualTo(start);
    assertThat(start.takesFromWeight())
        .isEqualTo(theta(start, 2, 1).get(0).init().kind().takesFromSource());
  }

  @Test
  void gaussianIsAsNarrowAsTheRankSays() {
    assertThat(theta(LoraStart.GAUSSIAN, 4, 1).get(0).init()).isEqualTo(Initializer.normal(0.25));
    assertThat(theta(LoraStart.GAUSSIAN, 4, 1).get(1).init()).isEqualTo(Initializer.ZEROS);
  }

  @Test
  void whatCannotStartIsRefused() {
    assertThatThrownBy(() -> LoraStart.of("eva"))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "init: expected one of [kaiming, gaussian, orthogonal, pissa, olora], found 'eva'");
    assertThatThrownBy(() -> theta(LoraStart.ORTHOGONAL, 3, 1))
        .hasMessage("rank: expected an even number for init orthogonal, found 3");
    assertThatThrownBy(() -> theta(LoraStart.OLORA, 5, 1))
        .hasMessage(
            "rank: expected at most 4, the shorter side of q.weight [6, 4], for init olora,"
                + " found 5");
    assertThatThrownBy(() -> theta(LoraStart.PISSA, 2, -0.5))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "alpha: expected a number above 0 for init pissa, which takes the root of it, found a"
                + " scale of -0.5");
  }
}
