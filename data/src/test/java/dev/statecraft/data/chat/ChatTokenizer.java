package dev.statecraft.data.chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A tokenizer of special tokens, bytes and a few pieces of several letters. */
final class ChatTokenizer {
  private static final String[] SPECIAL = {"<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"};

  private ChatTokenizer() {}

  static Tokenizer open() throws IOException {
    return Tokenizer.read(
        new ByteArrayInputStream(json().getBytes(StandardCharsets.UTF_8)), "chat.json");
  }

  static String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode model = mapper.createObjectNode();
    model.put("type", "BPE").put("unk_token", "<unk>").put("byte_fallback", true);
    ObjectNode vocab = model.putObject("vocab");
    for (String token : SPECIAL) {
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
    for (String piece : new String[] {" ", "a", "b", "\n", "ab", " a", "\na"}) {
      vocab.put(piece, vocab.size());
    }
    ArrayNode merges = model.putArray("merges");
    for (String[] merge : new String[][] {{"a", "b"}, {" ", "a"}, {"\n", "a"}}) {
      merges.addArray().add(merge[0]).add(merge[1]);
    }
    root.set("model", model);
    ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    return root.toString();
  }
}
