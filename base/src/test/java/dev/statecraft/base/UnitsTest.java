package dev.statecraft.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class UnitsTest {
  @Test
  void bytesAreInBinaryUnits() {
    assertThat(Units.bytes(0)).isEqualTo("0 B");
    assertThat(Units.bytes(1023)).isEqualTo("1023 B");
    assertThat(Units.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Units.bytes(1024 * 1024 - 1)).isEqualTo("1.0 MiB");
    assertThat(Units.bytes(24L << 30)).isEqualTo("24.0 GiB");
  }

  @Test
  void decimalsKeepTheirDigits() {
    assertThat(Units.decimal(0.53168)).isEqualTo("0.5317");
    assertThat(Units.decimal(123.456)).isEqualTo("123.46");
    assertThat(Units.decimal(2e-5)).isEqualTo("2.0e-05");
    assertThat(Units.decimal(1234567)).isEqualTo("1.2e+06");
    assertThat(Units.decimal(0)).isEqualTo("0.0000");
    assertThat(Units.decimal(Double.NaN)).isEqualTo("not a number");
  }

  @Test
  void timesCountsAndParts() {
    assertThat(Units.clock(65.4)).isEqualTo("1:05");
    assertThat(Units.clock(3723)).isEqualTo("1:02:03");
    assertThat(Units.seconds(59.96)).isEqualTo("60.0 s");
    assertThat(Units.seconds(150)).isEqualTo("2:30");
    assertThat(Units.count(1234567)).isEqualTo("1,234,567");
    assertThat(Units.percent(0.9333)).isEqualTo("93.3 %");
  }

  @Test
  void numbersInARowAreOneRange() {
    assertThat(Units.ranges(List.of(0, 1, 2, 3, 7))).isEqualTo("0 to 3, 7");
    assertThat(Units.ranges(List.of(4, 6, 7))).isEqualTo("4, 6 to 7");
    assertThat(Units.ranges(List.of())).isEmpty();
  }
}
