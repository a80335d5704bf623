package dev.statecraft.models.pretrained;

import java.util.Map;

/** Families that people have folders of and that are not read, in words. */
final class OtherFamily {
  private static final String DECODER = "another decoder than LLaMA and its relatives";
  private static final String ENCODER = "another encoder than BERT and its relatives";
  private static final String PAIR = "an encoder with a decoder";

  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry("gpt2", "GPT-2, " + DECODER),
          Map.entry("gpt_neo", "GPT-Neo, " + DECODER),
          Map.entry("gpt_neox", "GPT-NeoX or Pythia, " + DECODER),
          Map.entry("gptj", "GPT-J, " + DECODER),
          Map.entry("opt", "OPT, " + DECODER),
          Map.entry("bloom", "BLOOM, " + DECODER),
          Map.entry("falcon", "Falcon, " + DECODER),
          Map.entry("mixtral", "Mixtral, " + DECODER),
          Map.entry("phi", "Phi, " + DECODER),
          Map.entry("albert", "ALBERT, " + ENCODER),
          Map.entry("electra", "ELECTRA, " + ENCODER),
          Map.entry("deberta-v2", "DeBERTa, " + ENCODER),
          Map.entry("mpnet", "MPNet, " + ENCODER),
          Map.entry("xlm-roberta-xl", "XLM-RoBERTa XL, " + ENCODER),
          Map.entry("xmod", "X-MOD, " + ENCODER),
          Map.entry("t5", "T5, " + PAIR),
          Map.entry("bart", "BART, " + PAIR),
          Map.entry("whisper", "Whisper, " + PAIR + " for speech"),
          Map.entry("clip", "CLIP, two encoders"),
          Map.entry("deit", "DeiT, which has another token than ViT"),
          Map.entry("swin", "Swin, whose attention has windows"));

  private OtherFamily() {}

  /** What a message says of a model type; nothing if it is not known. */
  static String words(String modelType) {
    String words = WORDS.get(modelType);
    return words == null ? "" : " (" + words + ")";
  }
}
