package dev.statecraft.studio.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedRunTest {
  private static NamedRun parse(String text) {
    return NamedRun.parse(text, Path.of("/home/me")::resolve);
  }

  @ParameterizedTest
  @CsvSource({
    "runs/mr, mr, /home/me/runs/mr",
    "a=runs/mr, a, /home/me/runs/mr",
    "/runs/lr=3, lr-3, ''",
    "a=/runs/lr=3, a, /runs/lr=3",
    "runs/mr/../qnli/, qnli, /home/me/runs/qnli"
  })
  void aNameMayStandBeforeTheFolder(String text, String name, String folder) {
    if (folder.isEmpty()) {
      assertThatThrownBy(() -> parse(text)).hasMessageContaining("found 'lr=3'; give one as NAME=");
      return;
    }
    assertThat(parse(text)).isEqualTo(new NamedRun(name, Path.of(folder)));
  }

  @Test
  void twoRunsHaveTwoNames() {
    assertThat(NamedRun.parse(List.of("a", "b=a"), Path::of)).hasSize(2);
    assertThatThrownBy(() -> NamedRun.parse(List.of("x/a", "y/a"), Path::of))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "--run: expected runs of different names, found 'a' twice; give one as NAME=y/a");
  }
}
