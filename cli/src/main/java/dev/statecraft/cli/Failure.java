package dev.statecraft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import dev.statecraft.base.Quoted;
import dev.statecraft.base.Shown;
import dev.statecraft.studio.engine.VerificationException;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.tensor.NoDeviceException;
import dev.statecraft.tensor.OutOfMemoryException;
import dev.statecraft.training.BudgetException;
import dev.statecraft.training.NumericFaultException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.concurrent.CancellationException;

/**
 * What went wrong, as the user is told.
 *
 * @param code how the process ends
 * @param message one line
 */
record Failure(ExitCode code, String message) {
  /** More than any message needs that quotes files, keys and values. */
  private static final int LONGEST = 1000;

  /** One line, whatever it quotes. */
  Failure {
    message = Quoted.cut(Shown.line(message), LONGEST);
  }

  static Failure of(Throwable thrown) {
    if (thrown instanceof RecipeException) {
      return new Failure(ExitCode.USAGE, thrown.getMessage());
    }
    if (thrown instanceof InvalidInputException) {
      return new Failure(ExitCode.INPUT, thrown.getMessage());
    }
    if (thrown instanceof NumericFaultException) {
      return new Failure(ExitCode.NUMERIC_FAULT, thrown.getMessage());
    }
    if (thrown instanceof InterruptedException || thrown instanceof CancellationException) {
      return new Failure(ExitCode.INTERRUPTED, "interrupted");
    }
    if (thrown instanceof UncheckedIOException unchecked) {
      return ofFile(unchecked.getCause(), unchecked.getMessage());
    }
    if (thrown instanceof IOException file) {
      return ofFile(file, file.toString());
    }
    if (thrown instanceof VerificationException) {
      return new Failure(ExitCode.CHECK, thrown.getMessage());
    }
    if (thrown instanceof BudgetException) {
      return new Failure(ExitCode.MEMORY, thrown.getMessage());
    }
    if (thrown instanceof NoDeviceException) {
      return new Failure(ExitCode.FAILED, thrown.getMessage());
    }
    if (isOutOfMemory(thrown)) {
      return new Failure(ExitCode.MEMORY, "out of memory: " + firstLine(thrown));
    }
    // GraphException, and options that only the model can judge.
    if (thrown instanceof IllegalArgumentException) {
      return new Failure(ExitCode.USAGE, firstLine(thrown));
    }
    return new Failure(
        ExitCode.FAILED,
        "unexpected "
            + thrown.getClass().getSimpleName()
            + ": "
            + firstLine(thrown)
            + " (--debug shows where)");
  }

  private static Failure ofFile(IOException thrown, String message) {
    if (thrown instanceof NoSuchFileException missing) {
      return new Failure(ExitCode.INPUT, missing.getFile() + ": file not found");
    }
    if (thrown instanceof AccessDeniedException denied) {
      return new Failure(ExitCode.INPUT, denied.getFile() + ": access denied");
    }
    if (thrown instanceof JsonProcessingException json) {
      return new Failure(
          ExitCode.INPUT, "expected well-formed JSON, found: " + JsonProblem.of(json));
    }
    return new Failure(ExitCode.FAILED, firstLine(message));
  }

  /** The JVM's own error, or that of libtorch's allocators. */
  private static boolean isOutOfMemory(Throwable thrown) {
    return thrown instanceof OutOfMemoryError
        || (thrown instanceof RuntimeException e
            && OutOfMemoryException.recognised(e) instanceof OutOfMemoryException);
  }

  private static String firstLine(Throwable thrown) {
    return firstLine(Objects.requireNonNullElse(thrown.getMessage(), "no message"));
  }

  private static String firstLine(String message) {
    return message.lines().findFirst().orElse("no message");
  }
}
