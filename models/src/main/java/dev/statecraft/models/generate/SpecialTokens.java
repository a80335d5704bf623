package dev.statecraft.models.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.config.LlamaConfig;
import dev.statecraft.models.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokens at which texts of a model begin and end.
 *
 * @param bosId put in front of every prompt that does not begin with it; empty for none
 * @param endIds generation ends at each of these
 */
public record SpecialTokens(OptionalInt bosId, Set<Integer> endIds) {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String ADD_BOS = "add_bos_token";

  /** Copies. */
  public SpecialTokens {
    endIds = Set.copyOf(endIds);
  }

  /**
   * BOS if the tokenizer itself puts one in front of a text, and the {@code eos_token_id} of the
   * configuration. A {@code bos_token_id} there does not say that texts begin with it.
   */
  public static SpecialTokens of(LlamaConfig config, Tokenizer tokenizer) {
    return new SpecialTokens(inFront(tokenizer), Set.copyOf(config.eosTokenIds()));
  }

  /**
   * As {@link #of}, and from a model's folder, where these files are there: also the {@code
   * eos_token_id} of {@code generation_config.json}; and the configuration's BOS if {@code
   * tokenizer_config.json} has {@code add_bos_token: true}.
   *
   * @throws InvalidInputException if a file is not what it should be; the message names it
   * @throws IOException if a file cannot be read
   */
  public static SpecialTokens read(Path folder, LlamaConfig config, Tokenizer tokenizer)
      throws IOException {
    SpecialTokens plain = of(config, tokenizer);
    Set<Integer> ends = new TreeSet<>(plain.endIds());
    addEnds(folder.resolve("generation_config.json"), ends);
    OptionalInt bos = plain.bosId();
    if (bos.isEmpty()
        && object(folder.resolve("tokenizer_config.json")).path(ADD_BOS).asBoolean()) {
      bos = config.bosTokenId();
    }
    return new SpecialTokens(bos, ends);
  }

  private static OptionalInt inFront(Tokenizer tokenizer) {
    int[] plain = tokenizer.encode("a", false);
    int[] framed = tokenizer.encode("a", true);
    boolean added = framed.length > plain.length && plain.length > 0 && framed[0] != plain[0];
    return added ? OptionalInt.of(framed[0]) : OptionalInt.empty();
  }

  private static void addEnds(Path file, Set<Integer> ends) throws IOException {
    JsonNode ids = object(file).path("eos_token_id");
    if (ids.isMissingNode() || ids.isNull()) {
      return;
    }
    for (JsonNode id : ids.isArray() ? ids : JSON.createArrayNode().add(ids)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw new InvalidInputException(
            file + ": eos_token_id: expected a token id or a list of them, found " + ids);
      }
      ends.add(id.intValue());
    }
  }

  /** A file's object, without keys if there is no file. */
  private static JsonNode object(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return JSON.createObjectNode();
    }
    JsonNode root;
    try {
      root = JSON.readTree(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          file + ": expected well-formed JSON, found: " + e.getOriginalMessage(), e);
    }
    if (!root.isObject()) {
      throw new InvalidInputException(file + ": expected a JSON object, found another value");
    }
    return root;
  }
}
