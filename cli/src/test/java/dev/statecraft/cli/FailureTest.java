package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.NumericFaultException;
import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void everyKindOfFailureHasItsExitCode() {
    assertCode(2, new RecipeException("train.epochs: expected 1 or more, found 0"));
    assertCode(2, new GraphException("no state is called 'x'"));
    assertCode(3, new InvalidInputException("a.csv: expected a file, found none"));
    assertCode(3, new UncheckedIOException(new NoSuchFileException("a.csv")));
    assertCode(4, new NumericFaultException("step 3: expected a finite loss"));
    assertCode(5, new OutOfMemoryError("heap"));
    assertCode(5, new BudgetException("the step", 20, 10));
    assertCode(5, new OutOfMemoryException("step 1: one example does not fit", null));
    assertCode(5, new RuntimeException("CUDA out of memory. Tried to allocate 2.00 GiB."));
    assertCode(130, new CancellationException("cancelled after step 3"));
    assertCode(1, new IllegalStateException("a defect"));
    assertCode(1, new IllegalArgumentException("a defect"));
    assertCode(2, new InvalidPathException("a\0.csv", "Nul character not allowed"));
    assertCode(2, new UsageException("--top-k: expected 1 or more, found 0"));
    // Its own message, not the words of what it resembles.
    assertCode(3, new InvalidInputException("a.csv: found 'out of memory'"));
  }

  private static void assertCode(int code, Throwable thrown) {
    Failure failure = Failure.of(thrown);
    assertThat(failure.code().code()).as(thrown.toString()).isEqualTo(code);
    assertThat(failure.message()).isNotBlank().doesNotContain("\n");
  }

  @Test
  void aMessageIsOneLineWhateverItQuotes() {
    String quoted = "a\nb\u001b[31m\u2028" + "x".repeat(5000);
    String message =
        Failure.of(new InvalidInputException("a.csv row 1: found " + quoted)).message();
    assertThat(message)
        .startsWith("a.csv row 1: found a\\nb\\u001b[31m\\u2028xxx")
        .endsWith("...")
        .hasSizeLessThan(1100);
    assertThat(message.chars()).noneMatch(Character::isISOControl);
  }
}
