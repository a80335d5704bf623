package dev.statecraft.core.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ExtentsTest {
  private static final Axis REGIONS = Axis.of("regions");
  private static final Extents TWO = Extents.of(Layout.ofLengths(3, 4));

  @Test
  void eachAxisHasItsRows() {
    Extents extents = TWO.with(REGIONS, Layout.even(2, 9)).with(Axis.LABELS, 5);
    assertThat(Shape.tokens(6).resolve(extents)).containsExactly(7, 6);
    assertThat(Shape.along(REGIONS, 2).elements(extents)).isEqualTo(36);
    assertThat(Shape.sequences(3).resolve(extents)).containsExactly(2, 3);
    assertThat(Shape.of(Axis.LABELS).resolve(extents)).containsExactly(5);
    assertThat(extents.layout(REGIONS)).isEqualTo(Layout.ofLengths(9, 9));
    assertThat(extents.layout(Axis.of("tokens"))).isEqualTo(Layout.ofLengths(3, 4));
  }

  @Test
  void whatTheBatchLacksIsNamed() {
    assertThat(TWO.rows(REGIONS)).isZero();
    assertThatThrownBy(() -> TWO.layout(REGIONS))
        .hasMessage("the batch: expected rows along the axis 'regions', found [tokens]");
    assertThatThrownBy(() -> Shape.along(REGIONS, 2).resolve(TWO))
        .hasMessage("the batch: expected rows along the axis 'regions', found [sequences, tokens]");
  }

  @Test
  void allAxesHaveTheSameSequences() {
    assertThatThrownBy(() -> TWO.with(REGIONS, Layout.even(3, 9)))
        .hasMessage("axis 'regions': expected 2 sequences as along [tokens], found 3");
    assertThatThrownBy(() -> TWO.with(Axis.LABELS, Layout.even(2, 9)))
        .hasMessage("axis 'labels': expected one that is laid out");
    assertThatThrownBy(() -> TWO.with(REGIONS, 5))
        .hasMessage("axis 'regions': expected one of chosen rows");
  }

  @Test
  void namesAreWords() {
    assertThatThrownBy(() -> Axis.of("Source tokens"))
        .hasMessage(
            "an axis: expected a name of lower-case letters, digits and _, found 'Source tokens'");
  }
}
