package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonProblem;
import dev.statecraft.base.Quoted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Where a text that is too long loses its tokens. */
public enum TruncationSide {
  /** At its beginning. */
  LEFT,
  /** At its end. */
  RIGHT;

  private static final String KEY = "truncation_side";

  /**
   * By its name, in letters of either case.
   *
   * @param where the name is, for the message
   * @throws InvalidInputException if there is no such side
   */
  static TruncationSide of(String name, String where) {
    for (TruncationSide side : values()) {
      if (side.name().equals(name.toUpperCase(Locale.ROOT))) {
        return side;
      }
    }
    throw new InvalidInputException(where + ": expected left or right, found " + Quoted.text(name));
  }

  /**
   * The {@code truncation_side} of a {@code tokenizer_config.json}; empty if there is no such file,
   * or it says nothing.
   *
   * @throws InvalidInputException if the file is no JSON, or names another side
   */
  static Optional<TruncationSide> read(Path config) throws IOException {
    if (!Files.isRegularFile(config)) {
      return Optional.empty();
    }
    JsonNode side;
    try {
      side = new ObjectMapper().readTree(Files.readAllBytes(config)).path(KEY);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          config + ": expected well-formed JSON, found: " + JsonProblem.of(e), e);
    }
    return side.isMissingNode() || side.isNull()
        ? Optional.empty()
        : Optional.of(of(side.asText(), config + ": " + KEY));
  }
}
