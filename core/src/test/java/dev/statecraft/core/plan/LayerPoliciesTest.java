package dev.statecraft.core.plan;

import static dev.statecraft.core.plan.StorePolicy.ALL;
import static dev.statecraft.core.plan.StorePolicy.CHEAP;
import static dev.statecraft.core.plan.StorePolicy.INPUTS;
import static dev.statecraft.core.plan.StorePolicy.MLP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayerPoliciesTest {
  @Test
  void describesRunsOfLayers() {
    assertThat(LayerPolicies.uniform(MLP).describe()).isEqualTo("mlp");
    assertThat(LayerPolicies.mix(30, 18, INPUTS, CHEAP).describe())
        .isEqualTo("layers 0-17 inputs, 18-29 cheap");
    assertThat(LayerPolicies.mix(3, 1, INPUTS, ALL).describe())
        .isEqualTo("layers 0 inputs, 1-2 all");
    assertThat(new LayerPolicies(List.of(ALL, MLP), CHEAP).describe())
        .isEqualTo("layers 0 all, 1 mlp, otherwise cheap");
    assertThat(new LayerPolicies(List.of(ALL, ALL), ALL).describe()).isEqualTo("all");
  }

  @Test
  void aMixOfAllOrNoLayersIsUniform() {
    assertThat(LayerPolicies.mix(4, 0, INPUTS, ALL)).isEqualTo(LayerPolicies.uniform(ALL));
    assertThat(LayerPolicies.mix(4, 4, INPUTS, ALL)).isEqualTo(LayerPolicies.uniform(INPUTS));
    assertThat(LayerPolicies.mix(4, 2, ALL, ALL)).isEqualTo(LayerPolicies.uniform(ALL));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LayerPolicies.mix(4, 5, INPUTS, ALL))
        .withMessageContaining("expected 0 to 4, found 5");
  }
}
