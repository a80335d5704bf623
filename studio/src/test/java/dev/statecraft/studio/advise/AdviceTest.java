package dev.statecraft.studio.advise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import dev.statecraft.studio.SampleAdvice;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class AdviceTest {
  @Test
  void chosenEdgesAreToldByPlaceAndLayer() {
    Advice some = SampleAdvice.of(SampleAdvice.request(List.of("mlp", "attn"), 6, true), 4);
    assertThat(some.chosen()).hasSize(6);
    assertThat(some.chosenInWords()).isEqualTo("attn in layers 0 to 2; mlp in layers 0 to 2");
    Advice one = SampleAdvice.of(SampleAdvice.request(List.of("mlp", "attn"), 1, true), 4);
    assertThat(one.chosenInWords()).isEqualTo("mlp in layer 0");
  }

  @Test
  void requestsThatMakeNoSenseAreRefused() {
    AdviseRequest good = SampleAdvice.request(List.of(), 1, false);
    assertThatThrownBy(() -> changed(good, "mlp", 64, 30))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("function: expected one of [low-rank, ")
        .hasMessageEndingWith("found 'mlp'");
    assertThatThrownBy(() -> changed(good, "gated", 0, 30))
        .hasMessage("examples: expected 1 or more, found 0");
    assertThatThrownBy(() -> changed(good, "gated", 1, -1))
        .hasMessage("head-steps: expected 0 or more, found -1");
    assertThat(changed(good, "gated", 1, 0).function()).isEqualTo("gated");
    assertThatThrownBy(() -> new AdviceBudget.Edges(0))
        .isInstanceOf(UsageException.class)
        .hasMessage("edges: expected 1 or more, found 0");
    assertThatThrownBy(() -> new AdviceBudget.Parameters(0))
        .isInstanceOf(UsageException.class)
        .hasMessage("parameters: expected 1 or more, found 0");
  }

  private static AdviseRequest changed(
      AdviseRequest request, String function, int examples, int headSteps) {
    return new AdviseRequest(
        request.recipe(),
        List.of(),
        Optional.empty(),
        request.score(),
        function,
        examples,
        headSteps,
        false);
  }
}
