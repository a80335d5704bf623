package dev.statecraft.formats.tokenizer;

import java.util.Map;
import java.util.Optional;

/**
 * Classes of transformers that make a tokenizer of a {@code tokenizer.json}'s vocabulary and of
 * settings beside it; all others take the file as it is.
 */
enum TokenizerClass {
  /** {@code TokenizersBackend} and all classes that are not known here. */
  BACKEND,
  /** {@code BertTokenizer}. */
  BERT,
  /** {@code RobertaTokenizer}. */
  ROBERTA,
  /** {@code LlamaTokenizer}. */
  LLAMA;

  private static final String FAST = "Fast";

  /** Special tokens that it has if the settings do not say, spelled, by their names. */
  Map<String, String> names() {
    return switch (this) {
      case BACKEND -> Map.of();
      case BERT ->
          Map.of(
              "unk_token", "[UNK]",
              "sep_token", "[SEP]",
              "pad_token", "[PAD]",
              "cls_token", "[CLS]",
              "mask_token", "[MASK]");
      case ROBERTA ->
          Map.of(
              "bos_token", "<s>",
              "eos_token", "</s>",
              "sep_token", "</s>",
              "cls_token", "<s>",
              "unk_token", "<unk>",
              "pad_token", "<pad>",
              "mask_token", "<mask>");
      case LLAMA -> Map.of("unk_token", "<unk>", "bos_token", "<s>", "eos_token", "</s>");
    };
  }

  /**
   * The class that transformers' {@code AutoTokenizer} takes.
   *
   * @param named what {@code tokenizer_class} says, if anything
   * @param modelType the configuration's {@code model_type}
   */
  static TokenizerClass of(Optional<String> named, String modelType) {
    if (named.isEmpty()) {
      return switch (modelType) {
        case "bert" -> BERT;
        case "roberta" -> ROBERTA;
        default -> BACKEND;
      };
    }
    String name = named.get();
    return switch (name.endsWith(FAST) ? name.substring(0, name.length() - FAST.length()) : name) {
      case "BertTokenizer", "DistilBertTokenizer" -> BERT;
      case "RobertaTokenizer" -> ROBERTA;
      case "LlamaTokenizer" -> LLAMA;
      default -> BACKEND;
    };
  }
}
