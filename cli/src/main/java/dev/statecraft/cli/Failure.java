package dev.statecraft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.statecraft.base.JsonProblem;
import dev.statecraft.base.Quoted;
import dev.statecraft.base.Shown;
import dev.statecraft.base.StatecraftException;
import dev.statecraft.cli.terminal.ExitCode;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
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
    if (thrown instanceof StatecraftException told && !(told instanceof OutOfMemoryException)) {
      return new Failure(code(told.kind()), firstLine(told));
    }
    if (isOutOfMemory(thrown)) {
      return new Failure(ExitCode.MEMORY, "out of memory: " + firstLine(thrown));
    }
    if (thrown instanceof InvalidPathException path) {
      return new Failure(
          ExitCode.USAGE,
          "expected the name of a file or folder, found '"
              + path.getInput()
              + "': "
              + path.getReason());
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
    return new Failure(
        ExitCode.FAILED,
        "unexpected "
            + thrown.getClass().getSimpleName()
            + ": "
            + firstLine(thrown)
            + " (--debug shows where)");
  }

  private static ExitCode code(StatecraftException.Kind kind) {
    return switch (kind) {
      case USAGE -> ExitCode.USAGE;
      case INPUT -> ExitCode.INPUT;
      case NUMERIC_FAULT -> ExitCode.NUMERIC_FAULT;
      case MEMORY -> ExitCode.MEMORY;
      case CHECK -> ExitCode.CHECK;
      case MACHINE -> ExitCode.FAILED;
    };
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
