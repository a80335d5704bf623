package dev.statecraft.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a file or of the net is shown, and what is not. */
class ShownTest {
  @Test
  void controlCharactersAreEscaped() {
    assertThat(Shown.line("a\nb\r\t\u001b[2J\u0007\u009b31m\u2028\u202ec\ud800d"))
        .isEqualTo("a\\nb\\r\\t\\u001b[2J\\u0007\\u009b31m\\u2028\\u202ec\\ud800d");
    String plain = "Zürich, 東京, \ud83d\udc69\u200d\ud83d\ude80: 1 @ 2 ~ org/name@main";
    assertThat(Shown.line(plain)).isEqualTo(plain);
    assertThat(new InvalidInputException("a\nb")).hasMessage("a\\nb");
  }

  @ParameterizedTest
  @CsvSource({
    "http://user:PASSWORD@host:5000/x, http://host:5000/x",
    "see https://user@host, see https://host",
    "http://u:p@ss@host/a@b, http://host/a@b",
    "https://host/org/name@main, https://host/org/name@main"
  })
  void userInfoIsNot(String text, String shown) {
    assertThat(Shown.line(text)).isEqualTo(shown);
  }

  @Test
  void anAddressIsShownWithoutItsUserInfo() {
    WebAddress address = WebAddress.of("http://me:pass@host:5000/base//");
    assertThat(address).hasToString("http://host:5000/base");
    assertThat(address.uri().getUserInfo()).isNull();
    // RFC 7617: base64("me:pass").
    assertThat(address.authorization()).contains("Basic bWU6cGFzcw==");
    assertThat(WebAddress.of("https://host").authorization()).isEmpty();
    assertThat(WebAddress.of("https://host").orLogin("me", "pass").authorization())
        .contains("Basic bWU6cGFzcw==");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://me:PASSWORD@host",
        "me:PASSWORD@host",
        "http://me:PASS/WORD@host",
        "http://me:PASSWORD@my_host:80",
        "http://me:PASSWORD@",
        "http://me:PASS WORD@host"
      })
  void whatIsNoAddressIsRefusedWithoutItToo(String text) {
    assertThatThrownBy(() -> WebAddress.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("expected an http or https address, found '")
        .hasMessageNotContaining("WORD");
  }
}
