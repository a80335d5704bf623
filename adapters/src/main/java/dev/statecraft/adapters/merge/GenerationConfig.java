package dev.statecraft.adapters.merge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** What a model's folder says of where its texts end. */
public final class GenerationConfig {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  private static final String FILE = "generation_config.json";
  private static final String EOS = "eos_token_id";

  private GenerationConfig() {}

  /**
   * Adds to {@code generation_config.json}, at which transformers ends generation, the tokens that
   * the model learned to end with. As in transformers' {@code Trainer}, those that it had stay. If
   * there is no such file, transformers takes the configuration's tokens, and so does the file that
   * is then written. Nothing is written if all are there already.
   *
   * @param folder a model's, with its {@code config.json}
   * @param endIds in the order in which they are written
   * @throws dev.statecraft.base.InvalidInputException if a file is not what it should be
   * @throws IOException if a file cannot be read or written
   */
  public static void addEnds(Path folder, Set<Integer> endIds) throws IOException {
    Path file = folder.resolve(FILE);
    ObjectNode generation = JsonFile.object(file);
    if (!Files.isRegularFile(file)) {
      ObjectNode config = JsonFile.object(folder.resolve("config.json"));
      for (String key : new String[] {"bos_token_id", EOS, "pad_token_id"}) {
        if (config.hasNonNull(key)) {
          generation.set(key, config.get(key));
        }
      }
    }
    Set<Integer> known = new LinkedHashSet<>();
    JsonNode there = generation.path(EOS);
    if (there.isArray()) {
      there.forEach(id -> known.add(id.asInt()));
    } else if (there.isIntegralNumber()) {
      known.add(there.asInt());
    }
    if (known.containsAll(endIds)) {
      return;
    }
    Set<Integer> all = new LinkedHashSet<>(endIds);
    all.addAll(known);
    if (all.size() == 1) {
      generation.put(EOS, all.iterator().next());
    } else {
      ArrayNode list = generation.putArray(EOS);
      all.forEach(list::add);
    }
    Files.writeString(file, JSON.writeValueAsString(generation) + "\n");
  }
}
