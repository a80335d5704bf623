package dev.statecraft.inference;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.formats.tokenizer.Tokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Tokenizers for the tiny models: id i is spelled {@code w<i>}, words are split at spaces. */
final class WordTokenizers {
  private static final String[] SPECIAL = {"<unk>", "<s>", "</s>"};

  private WordTokenizers() {}

  /** Adds nothing to a text. */
  static Tokenizer plain(int vocabulary) throws IOException {
    return read(json(vocabulary));
  }

  /** Puts {@code <s>} in front of a text. */
  static Tokenizer withBos(int vocabulary) throws IOException {
    return framing(vocabulary, true, false);
  }

  /** Puts {@code <s>} in front of a text and {@code </s>} after it. */
  static Tokenizer withBosAndEos(int vocabulary) throws IOException {
    return framing(vocabulary, true, true);
  }

  /** Puts {@code </s>} after a text. */
  static Tokenizer withEos(int vocabulary) throws IOException {
    return framing(vocabulary, false, true);
  }

  private static Tokenizer framing(int vocabulary, boolean bos, boolean eos) throws IOException {
    ObjectNode root = json(vocabulary);
    ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
    ObjectNode tokens = template.putObject("special_tokens");
    for (String part : new String[] {"single", "pair"}) {
      ArrayNode sequence = template.putArray(part);
      if (bos) {
        special(sequence, tokens, 1);
      }
      sequence.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
      if (part.equals("pair")) {
        sequence.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
      }
      if (eos) {
        special(sequence, tokens, 2);
      }
    }
    return read(root);
  }

  private static void special(ArrayNode sequence, ObjectNode tokens, int id) {
    String name = SPECIAL[id];
    sequence.addObject().putObject("SpecialToken").put("id", name).put("type_id", 0);
    ObjectNode token = tokens.putObject(name).put("id", name);
    token.putArray("ids").add(id);
    token.putArray("tokens").add(name);
  }

  private static ObjectNode json(int vocabulary) {
    ObjectNode root = new ObjectMapper().createObjectNode().put("version", "1.0");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "<unk>");
    ObjectNode vocab = model.putObject("vocab");
    for (int id = 0; id < vocabulary; id++) {
      vocab.put(id < SPECIAL.length ? SPECIAL[id] : "w" + id, id);
    }
    for (int id = 0; id < SPECIAL.length; id++) {
      ObjectNode node = added.addObject().put("id", id).put("content", SPECIAL[id]);
      for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
        node.put(flag, false);
      }
      node.put("special", true);
    }
    root.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    return root;
  }

  private static Tokenizer read(ObjectNode json) throws IOException {
    return Tokenizer.read(
        new ByteArrayInputStream(json.toString().getBytes(StandardCharsets.UTF_8)), "words.json");
  }
}
