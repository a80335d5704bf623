package dev.statecraft.control.theory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What tests of this package assert again and again. */
final class Expect {
  private Expect() {}

  /** Equal up to a part of the larger one's largest number, or of 1. */
  static void close(Matrix found, Matrix expected, double part) {
    double size = Math.max(1, Math.max(found.largest(), expected.largest()));
    assertThat(found.minus(expected).largest()).isLessThanOrEqualTo(part * size);
  }

  static void usage(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(UsageException.class).hasMessage(message);
  }
}
