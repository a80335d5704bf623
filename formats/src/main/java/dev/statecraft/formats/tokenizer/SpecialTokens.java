package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The tokens at which texts of a model begin and end, for training and generation alike.
 *
 * @param bosId put in front of every text that does not begin with it; empty for none
 * @param eosId learned at the end of a text; empty if the model has none
 * @param endIds generation ends at each of these, of which {@code eosId} is the first
 */
public record SpecialTokens(OptionalInt bosId, OptionalInt eosId, Set<Integer> endIds) {
  private static final String EOS_ID = "eos_token_id";

  /** Copies, in the order given. */
  public SpecialTokens {
    Set<Integer> all = new LinkedHashSet<>();
    eosId.ifPresent(all::add);
    all.addAll(endIds);
    endIds = Collections.unmodifiableSet(all);
  }

  /**
   * A model's tokens.
   *
   * <p>BOS is what the tokenizer itself puts in front of a text. A {@code bos_token_id} of the
   * configuration does not say that texts begin with it, and neither does {@code add_bos_token}
   * beside a {@code tokenizer.json} (transformers 5.18).
   *
   * <p>EOS is the tokenizer's {@code eos_token}, as transformers' {@code Trainer} aligns a model
   * with its tokenizer; if that names none, the first {@code eos_token_id} of the configuration,
   * which has its family's default.
   *
   * @param configured {@code eos_token_id} of the configuration, in its order
   */
  public static SpecialTokens of(List<Integer> configured, Tokenizer tokenizer) {
    return of(tokenizer, configured, configured);
  }

  /**
   * As {@link #of}, and from a model's folder: {@code eos_token_id} of {@code
   * generation_config.json}, where it is there, says in place of the configuration's which other
   * tokens end a text.
   *
   * @throws InvalidInputException if that file is not what it should be; the message names it
   * @throws IOException if it cannot be read
   */
  public static SpecialTokens read(Path folder, List<Integer> configured, Tokenizer tokenizer)
      throws IOException {
    List<Integer> generation = ends(folder.resolve("generation_config.json"));
    List<Integer> usual = configured.isEmpty() ? generation : configured;
    return of(tokenizer, usual, generation.isEmpty() ? usual : generation);
  }

  private static SpecialTokens of(Tokenizer tokenizer, List<Integer> usual, List<Integer> ends) {
    OptionalInt eos = tokenizer.specialId("eos_token");
    if (eos.isEmpty() && !usual.isEmpty()) {
      eos = OptionalInt.of(usual.get(0));
    }
    return new SpecialTokens(inFront(tokenizer), eos, new LinkedHashSet<>(ends));
  }

  /** The same with others that end a text first. */
  public SpecialTokens withEnds(Set<Integer> ends) {
    Set<Integer> all = new LinkedHashSet<>(ends);
    all.addAll(endIds);
    return new SpecialTokens(bosId, OptionalInt.empty(), all);
  }

  private static OptionalInt inFront(Tokenizer tokenizer) {
    int[] plain = tokenizer.encode("a", false);
    int[] framed = tokenizer.encode("a", true);
    boolean added = framed.length > plain.length && plain.length > 0 && framed[0] != plain[0];
    return added ? OptionalInt.of(framed[0]) : OptionalInt.empty();
  }

  private static List<Integer> ends(Path file) throws IOException {
    JsonNode ids = JsonFile.object(file).path(EOS_ID);
    List<Integer> ends = new ArrayList<>();
    if (ids.isMissingNode() || ids.isNull()) {
      return ends;
    }
    for (JsonNode id : ids.isArray() ? ids : List.of(ids)) {
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw new InvalidInputException(
            file + ": eos_token_id: expected a token id or a list of them, found " + ids);
      }
      ends.add(id.intValue());
    }
    return ends;
  }
}
