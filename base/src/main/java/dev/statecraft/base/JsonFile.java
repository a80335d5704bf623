package dev.statecraft.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A JSON object in a model's folder, of the kind that need not be there. */
public final class JsonFile {
  /** Far above what such a file has; keeps a wrong one from filling the heap. */
  private static final long MOST_BYTES = 64L << 20;

  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonFile() {}

  /**
   * The object; without keys if there is no such file.
   *
   * @throws InvalidInputException if it is something else; the message names the file
   * @throws IOException if it cannot be read
   */
  public static ObjectNode object(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return JSON.createObjectNode();
    }
    if (Files.size(file) > MOST_BYTES) {
      throw new InvalidInputException(
          file + ": expected at most " + MOST_BYTES + " bytes, found " + Files.size(file));
    }
    JsonNode root;
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      root = JSON.readTree(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      throw new InvalidInputException(file + ": expected text in UTF-8", e);
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected well-formed JSON, found: " + JsonProblem.of(e), e);
    }
    if (!(root instanceof ObjectNode object)) {
      throw new InvalidInputException(file + ": expected a JSON object, found another value");
    }
    return object;
  }
}
