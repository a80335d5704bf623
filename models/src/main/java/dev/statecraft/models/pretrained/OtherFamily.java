package dev.statecraft.models.pretrained;

import java.util.Map;

/** Families that people have folders of and that are not read, in words. */
final class OtherFamily {
  private static final String DECODER = "another decoder than LLaMA and its relatives";
  private static final String ENCODER = "another encoder than BERT and its relatives";
  private static final String EXPERTS = "whose layers choose among experts";
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
          Map.entry("mixtral", "Mixtral, " + EXPERTS),
          Map.entry("qwen2_moe", "Qwen1.5-MoE or Qwen2-MoE, " + EXPERTS),
          Map.entry("qwen3_moe", "Qwen3-MoE, " + EXPERTS),
          Map.entry("granitemoe", "Granite-MoE, " + EXPERTS),
          Map.entry("phimoe", "Phi-MoE, " + EXPERTS),
          Map.entry("deepseek_v2", "DeepSeek-V2, " + EXPERTS),
          Map.entry("deepseek_v3", "DeepSeek-V3 or R1, " + EXPERTS),
          Map.entry("gpt_oss", "gpt-oss, " + EXPERTS),
          Map.entry("llama4", "Llama 4, " + EXPERTS),
          Map.entry("mllama", "Llama 3.2 Vision, some of whose layers look at pictures"),
          Map.entry("paligemma", "PaliGemma, which sees its prompt from both sides"),
          Map.entry("gemma3n", "Gemma 3n, which has other layers than Gemma 3"),
          Map.entry("qwen", "the first Qwen, " + DECODER),
          Map.entry("qwen3_next", "Qwen3-Next, some of whose layers are recurrent"),
          Map.entry("voxtral", "Voxtral, whose text part has defaults of its own"),
          Map.entry("mamba", "Mamba, which is recurrent"),
          Map.entry("olmo2", "OLMo 2, " + DECODER),
          Map.entry("cohere", "Command R, " + DECODER),
          Map.entry("internlm2", "InternLM2, " + DECODER),
          Map.entry("stablelm", "StableLM, " + DECODER),
          Map.entry("starcoder2", "StarCoder 2, " + DECODER),
          Map.entry("phi", "Phi, " + DECODER),
          Map.entry("albert", "ALBERT, " + ENCODER),
          Map.entry("electra", "ELECTRA, " + ENCODER),
          Map.entry("deberta", "DeBERTa, " + ENCODER),
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
