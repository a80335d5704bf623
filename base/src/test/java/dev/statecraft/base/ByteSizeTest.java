package dev.statecraft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "24GiB, 25769803776, 24GiB",
    "1.5 GB, 1500000000, 1500MB",
    "512MiB, 536870912, 512MiB",
    "2TiB, 2199023255552, 2TiB",
    "0.5KiB, 512, 512B",
    "7, 7, 7B",
    "7B, 7, 7B",
    "3000, 3000, 3KB"
  })
  void readsWhatItWrites(String text, long bytes, String written) {
    ByteSize size = ByteSize.parse(text);
    assertThat(size.bytes()).isEqualTo(bytes);
    assertThat(size).hasToString(written);
    assertThat(ByteSize.parse(written)).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "GiB", "much", "-1GiB", "0", "1e9", "1,5GB", "24gib", "9e9TiB", "NaN"})
  void refusesWhatIsNoSize(String text) {
    assertThatExceptionOfType(UsageException.class)
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessageStartingWith("expected a size")
        .withMessageContaining("'" + text + "'");
  }

  @Test
  void showsOneDecimal() {
    assertThat(ByteSize.shown(1023)).isEqualTo("1023 B");
    assertThat(ByteSize.shown(1536)).isEqualTo("1.5 KiB");
    assertThat(ByteSize.shown(-(1L << 30))).isEqualTo("-1.0 GiB");
  }
}
