package dev.statecraft.models.embedding;

import dev.statecraft.base.JsonFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads how a folder of sentence-transformers has texts read, and how much of a vector is kept.
 *
 * @param truncateDim numbers of a vector that are kept
 */
record TextsReader(SentenceModules.Texts texts, OptionalInt truncateDim) {
  private static final String SETTINGS = "config_sentence_transformers.json";

  /** The names under which versions have kept how texts are read. */
  private static final List<String> TEXT_FILES =
      Stream.of("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
          .map(family -> "sentence_" + family + "_config.json")
          .toList();

  /** Arguments of transformers, under the names that versions have for them. */
  private static final List<String> ARGUMENTS =
      List.of(
          "model_args",
          "model_kwargs",
          "tokenizer_args",
          "processor_kwargs",
          "config_args",
          "config_kwargs");

  /** Those of them that leave the numbers as they are. */
  private static final Set<String> HARMLESS =
      Set.of("trust_remote_code", "torch_dtype", "dtype", "attn_implementation");

  static TextsReader of(Path folder) throws IOException {
    ModuleKeys keys = ModuleKeys.read(folder.resolve(SETTINGS));
    keys.requireKnown(
        Set.of(
            "__version__",
            "model_type",
            "prompts",
            "default_prompt_name",
            "similarity_fn_name",
            "truncate_dim"));
    keys.requireText("model_type", "SentenceTransformer");
    Map<String, String> prompts = new LinkedHashMap<>();
    if (keys.has("prompts")) {
      ModuleKeys all = keys.object("prompts");
      all.names().forEach(name -> prompts.put(name, all.optionalText(name).orElse("")));
    }
    Optional<String> usual = keys.optionalText("default_prompt_name");
    if (usual.isPresent() && !prompts.containsKey(usual.get())) {
      throw keys.invalid("default_prompt_name", "one of " + prompts.keySet());
    }
    return new TextsReader(
        texts(ModuleKeys.read(textFile(folder)), prompts, usual),
        keys.optionalPositive("truncate_dim"));
  }

  /** The first that is there and says something. */
  private static Path textFile(Path folder) throws IOException {
    for (String name : TEXT_FILES) {
      if (!JsonFile.object(folder.resolve(name)).isEmpty()) {
        return folder.resolve(name);
      }
    }
    return folder.resolve(TEXT_FILES.get(0));
  }

  private static SentenceModules.Texts texts(
      ModuleKeys keys, Map<String, String> prompts, Optional<String> usual) {
    List<String> empty =
        List.of("processing_kwargs", "query_length", "document_length", "query_expansion");
    List<String> read =
        List.of(
            "max_seq_length",
            "do_lower_case",
            "transformer_task",
            "modality_config",
            "module_output_name",
            "unpad_inputs");
    keys.requireKnown(Set.copyOf(Stream.of(empty, read, ARGUMENTS).flatMap(List::stream).toList()));
    keys.requireText("transformer_task", "feature-extraction");
    keys.requireText("module_output_name", "token_embeddings");
    if (keys.has("modality_config")) {
      ModuleKeys modalities = keys.object("modality_config");
      modalities.requireKnown(Set.of("text"));
      ModuleKeys text = modalities.object("text");
      text.requireText("method", "forward");
      text.requireText("method_output_name", "last_hidden_state");
    }
    empty.forEach(keys::requireEmpty);
    for (String key : ARGUMENTS) {
      if (keys.has(key)) {
        keys.object(key).requireKnown(HARMLESS);
      }
    }
    return new SentenceModules.Texts(
        prompts, usual, keys.optionalPositive("max_seq_length"), keys.flag("do_lower_case", false));
  }
}
