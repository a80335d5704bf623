package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Tokenizers of a few tokens, of the kinds that models have. */
final class SmallTokenizers {
  private SmallTokenizers() {}

  static Tokenizer read(String json) throws IOException {
    return Tokenizer.read(
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), "t.json");
  }

  /** BERT's kind; the file asks for truncation to 4 tokens and padding to 8. */
  static String wordPiece() {
    return """
    {"version": "1.0",
     "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
     "padding": {"strategy": {"Fixed": 8}, "direction": "Right", "pad_to_multiple_of": null,
                 "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
     "added_tokens": [
       {"id": 0, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 2, "content": "[CLS]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true},
       {"id": 9, "content": "<user>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": false}],
     "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": null, "lowercase": true},
     "pre_tokenizer": {"type": "BertPreTokenizer"},
     "post_processor": {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                  {"Sequence": {"id": "A", "type_id": 0}},
                  {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
       "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 1}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
       "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                          "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
     "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
     "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
       "max_input_chars_per_word": 100,
       "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "play": 4, "##ing": 5, "well": 6,
                 ".": 7, "a": 8}}}""";
  }

  /** LLaMA's kind: ids 0 to 2 special, 3 to 258 the bytes, then a few pieces. */
  static String byteFallback() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode model = mapper.createObjectNode();
    model.put("type", "BPE").put("unk_token", "<unk>").put("fuse_unk", true);
    model.put("byte_fallback", true);
    ObjectNode vocab = model.putObject("vocab");
    for (String token : new String[] {"<unk>", "<s>", "</s>"}) {
      ObjectNode node = added.addObject().put("id", vocab.size()).put("content", token);
      for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
        node.put(flag, false);
      }
      node.put("special", true);
      vocab.put(token, vocab.size());
    }
    for (int value = 0; value < 256; value++) {
      vocab.put("<0x%02X>".formatted(value), vocab.size());
    }
    for (String piece : new String[] {"\u2581", "h", "i", "\u2581h", "\u2581hi"}) {
      vocab.put(piece, vocab.size());
    }
    model.putArray("merges").add("\u2581 h").add("\u2581h i");
    root.set("model", model);
    ArrayNode normalizers =
        root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    normalizers.addObject().put("type", "Prepend").put("prepend", "\u2581");
    ObjectNode replace = normalizers.addObject().put("type", "Replace").put("content", "\u2581");
    replace.putObject("pattern").put("String", " ");
    ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    ObjectNode back = decoders.addObject().put("type", "Replace").put("content", " ");
    back.putObject("pattern").put("String", "\u2581");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    return root.toString();
  }
}
