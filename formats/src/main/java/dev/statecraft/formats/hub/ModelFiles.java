package dev.statecraft.formats.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which files of a model's repository are read. */
final class ModelFiles {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String INDEX = WEIGHTS + ".index.json";

  /** What else a model may have beside its weights. */
  private static final Set<String> SMALL =
      Set.of(
          CONFIG,
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "tokenizer.model",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "preprocessor_config.json",
          "modules.json",
          "config_sentence_transformers.json",
          "sentence_bert_config.json",
          "sentence_roberta_config.json",
          "sentence_distilbert_config.json",
          "sentence_camembert_config.json",
          "sentence_xlm-roberta_config.json");

  private static final Pattern TEMPLATE =
      Pattern.compile("additional_chat_templates/[\\w-][\\w.-]*\\.jinja");

  /** The modules that sentence-transformers puts after a model, such as {@code 1_Pooling}. */
  private static final Pattern MODULE =
      Pattern.compile("\\d+_[A-Za-z]\\w*/(config\\.json|model\\.safetensors)");

  private static final JsonMapper JSON = new JsonMapper();

  private ModelFiles() {}

  /**
   * The files to have before the weights; among them the index of weights, if they are several.
   *
   * @param listed all files of the repository
   * @throws InvalidInputException if it has no configuration, or no weights that can be read
   */
  static List<String> first(HubId model, List<String> listed) {
    if (!listed.contains(CONFIG)) {
      throw new InvalidInputException(
          model + ": expected a model with a " + CONFIG + ", found " + shown(listed));
    }
    if (!listed.contains(WEIGHTS) && !listed.contains(INDEX)) {
      throw new InvalidInputException(
          model
              + ": expected weights in "
              + WEIGHTS
              + " or in files of "
              + INDEX
              + ", found "
              + shown(listed));
    }
    return listed.stream()
        .filter(
            file ->
                SMALL.contains(file)
                    || TEMPLATE.matcher(file).matches()
                    || MODULE.matcher(file).matches()
                    || (file.equals(INDEX) && !listed.contains(WEIGHTS)))
        .sorted()
        .toList();
  }

  /**
   * The files of weights.
   *
   * @param folder where the {@linkplain #first first} files are
   * @throws InvalidInputException if the index names files that a repository cannot have
   */
  static Set<String> weights(Path folder, boolean single) throws IOException {
    if (single) {
      return Set.of(WEIGHTS);
    }
    Path index = folder.resolve(INDEX);
    Set<String> files = new TreeSet<>();
    JsonNode root;
    try {
      root = JSON.readTree(Files.readAllBytes(index));
    } catch (JsonProcessingException e) {
      throw new InvalidInputException(
          index + ": expected well-formed JSON, found something else", e);
    }
    for (JsonNode file : root.path("weight_map")) {
      InnerPath.of(folder, file.asText(), index + ": weight_map");
      files.add(file.asText());
    }
    if (files.isEmpty()) {
      throw new InvalidInputException(
          index + ": weight_map: expected an object of tensor names and file names, found none");
    }
    return files;
  }

  /** What a snapshot lacks to be opened; empty if nothing. */
  static List<String> missing(Path folder) throws IOException {
    if (!Files.isRegularFile(folder.resolve(CONFIG))) {
      return List.of(CONFIG);
    }
    if (Files.isRegularFile(folder.resolve(WEIGHTS))) {
      return List.of();
    }
    if (!Files.isRegularFile(folder.resolve(INDEX))) {
      return List.of(WEIGHTS);
    }
    return weights(folder, false).stream()
        .filter(file -> !Files.isRegularFile(folder.resolve(file)))
        .toList();
  }

  private static String shown(List<String> listed) {
    int most = 8;
    return listed.size() <= most
        ? listed.toString()
        : listed.subList(0, most) + " and " + (listed.size() - most) + " more";
  }
}
