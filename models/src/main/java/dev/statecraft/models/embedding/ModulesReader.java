package dev.statecraft.models.embedding;

import dev.statecraft.base.InnerPath;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Reads the modules that a folder of sentence-transformers lists, of any version up to 6. Keys that
 * would change the vectors and are not known are refused by name.
 */
final class ModulesReader {
  private static final String CONFIG = "config.json";
  private static final String LIBRARY = "sentence_transformers.";
  private static final String EMBEDDING = "sentence_embedding";

  private final Path folder;

  ModulesReader(Path folder) {
    this.folder = folder;
  }

  /** A module as {@code modules.json} lists it. */
  private record Listed(ModuleKeys keys, String kind, String path) {}

  SentenceModules read() throws IOException {
    List<Listed> listed = listed();
    requireOrder(listed);
    TextsReader texts = TextsReader.of(folder);
    Pooled pooled = pooling(listed.get(1));
    List<VectorModule> after = new ArrayList<>();
    for (Listed module : listed.subList(2, listed.size())) {
      after.add(module.kind().equals("Dense") ? dense(module) : normalize(module));
    }
    return new SentenceModules(
        pooled.modes(), pooled.includePrompt(), after, texts.texts(), texts.truncateDim(), false);
  }

  private List<Listed> listed() throws IOException {
    Path file = folder.resolve(SentenceModules.FILE);
    List<Listed> listed = new ArrayList<>();
    for (ModuleKeys keys : ModuleKeys.list(file)) {
      String type = keys.text("type");
      String kind = type.substring(type.lastIndexOf('.') + 1);
      if (!type.startsWith(LIBRARY)
          || !Set.of("Transformer", "Pooling", "Dense", "Normalize").contains(kind)) {
        throw keys.invalid("type", "Transformer, Pooling, Dense or Normalize of " + LIBRARY + "*");
      }
      keys.requireKnown(Set.of("idx", "name", "path", "type", "kwargs"));
      keys.requireEmpty("kwargs");
      listed.add(new Listed(keys, kind, keys.optionalText("path").orElse("")));
    }
    return listed;
  }

  private void requireOrder(List<Listed> listed) {
    List<String> kinds = listed.stream().map(Listed::kind).toList();
    boolean after =
        kinds.stream().skip(2).allMatch(kind -> kind.equals("Dense") || kind.equals("Normalize"));
    if (kinds.size() < 2
        || !kinds.subList(0, 2).equals(List.of("Transformer", "Pooling"))
        || !after) {
      throw new InvalidInputException(
          folder.resolve(SentenceModules.FILE)
              + ": expected Transformer, Pooling and then Dense or Normalize, found "
              + String.join(", ", kinds));
    }
    if (!listed.get(0).path().isEmpty()) {
      throw listed.get(0).keys().invalid("path", "\"\", as the model lies in the folder itself");
    }
  }

  // ---- modules ----

  private record Pooled(List<TokenPooling> modes, boolean includePrompt) {}

  private Pooled pooling(Listed module) throws IOException {
    Path file = config(module);
    if (!Files.isRegularFile(file)) {
      throw new InvalidInputException(file + ": expected how tokens are pooled, found no file");
    }
    ModuleKeys keys = ModuleKeys.read(file);
    List<String> known =
        new ArrayList<>(
            List.of(
                "embedding_dimension",
                "word_embedding_dimension",
                "pooling_mode",
                "include_prompt"));
    for (TokenPooling pooling : TokenPooling.values()) {
      known.add(pooling.flag());
    }
    keys.requireKnown(Set.copyOf(known));
    return new Pooled(modes(keys), keys.flag("include_prompt", true));
  }

  private static List<TokenPooling> modes(ModuleKeys keys) {
    if (keys.has("pooling_mode")) {
      List<String> words =
          keys.get("pooling_mode").isArray()
              ? keys.texts("pooling_mode")
              : List.of(keys.text("pooling_mode"));
      List<TokenPooling> modes = new ArrayList<>();
      for (String word : words) {
        modes.add(
            Arrays.stream(TokenPooling.values())
                .filter(pooling -> pooling.word().equals(word))
                .findFirst()
                .orElseThrow(() -> unknownMode(keys)));
      }
      if (modes.isEmpty()) {
        throw unknownMode(keys);
      }
      return modes;
    }
    List<TokenPooling> modes =
        Arrays.stream(TokenPooling.values())
            .filter(pooling -> keys.flag(pooling.flag(), false))
            .toList();
    return modes.isEmpty() ? List.of(TokenPooling.MEAN) : modes;
  }

  private static InvalidInputException unknownMode(ModuleKeys keys) {
    return keys.invalid(
        "pooling_mode",
        "one or more of " + Arrays.stream(TokenPooling.values()).map(TokenPooling::word).toList());
  }

  private VectorModule normalize(Listed module) throws IOException {
    ModuleKeys keys = ModuleKeys.read(config(module));
    keys.requireKnown(Set.of("module_input_name", "module_output_name"));
    keys.requireText("module_input_name", EMBEDDING);
    keys.requireText("module_output_name", EMBEDDING);
    return new Normalize();
  }

  private VectorModule dense(Listed module) throws IOException {
    Path file = config(module);
    ModuleKeys keys = ModuleKeys.read(file);
    keys.requireKnown(
        Set.of(
            "in_features",
            "out_features",
            "bias",
            "activation_function",
            "module_input_name",
            "module_output_name",
            "use_residual"));
    keys.requireText("module_input_name", EMBEDDING);
    keys.requireText("module_output_name", EMBEDDING);
    if (keys.flag("use_residual", false)) {
      throw keys.invalid("use_residual", "false");
    }
    int inputs = keys.positive("in_features");
    int outputs = keys.positive("out_features");
    Dense.Function function = function(keys);
    try (SafetensorsFile weights = SafetensorsFile.open(file.resolveSibling("model.safetensors"))) {
      return new Dense(
          file.toString(),
          inputs,
          DenseValues.read(weights, file, "linear.weight", outputs, inputs),
          keys.flag("bias", true)
              ? DenseValues.read(weights, file, "linear.bias", outputs)
              : new float[outputs],
          function);
    }
  }

  private static Dense.Function function(ModuleKeys keys) {
    String name = keys.optionalText("activation_function").orElse(Dense.Function.TANH.torchName());
    return Arrays.stream(Dense.Function.values())
        .filter(function -> function.torchName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                keys.invalid(
                    "activation_function",
                    "one of "
                        + Arrays.stream(Dense.Function.values())
                            .map(Dense.Function::torchName)
                            .toList()));
  }

  // ---- files and keys ----

  private Path config(Listed module) throws IOException {
    String name = module.path().isEmpty() ? CONFIG : module.path() + "/" + CONFIG;
    return InnerPath.existing(folder, name, module.keys().where("path"));
  }
}
