package dev.statecraft.formats.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The {@code tokenizer.json} that a folder's files mean together, as transformers 5.18 makes a
 * tokenizer of them: some classes take no more of the file than the vocabulary and build the rest
 * by their settings; tokens that only the settings have are added.
 */
final class TokenizerAssembly {
  private static final String WORD_START = "\u2581";

  private final TokenizerSettings settings;
  private final Map<String, Integer> vocabulary;
  private final ObjectNode root;
  private final ObjectNode model;

  /** Added tokens by their spelling, in the order of their ids, and those ids. */
  private final Map<String, AddedToken> tokens = new LinkedHashMap<>();

  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private int largestId = -1;

  private TokenizerAssembly(
      TokenizerJson file, TokenizerSettings settings, Map<String, Integer> vocabulary) {
    this.settings = settings;
    this.vocabulary = vocabulary;
    root = file.root().deepCopy();
    model = file.model().deepCopy();
  }

  /**
   * Puts the parts together.
   *
   * @param vocabulary ids of the model's own tokens
   */
  static TokenizerJson of(
      TokenizerJson file, TokenizerSettings settings, Map<String, Integer> vocabulary) {
    TokenizerAssembly assembly = new TokenizerAssembly(file, settings, vocabulary);
    boolean rebuilt = settings.kind() != TokenizerClass.BACKEND;
    if (!rebuilt) {
      for (JsonNode token : file.addedTokens()) {
        assembly.add(AddedToken.of(token, false, "added_tokens"));
      }
    }
    assembly.addMissing();
    switch (settings.kind()) {
      case BERT -> assembly.bert();
      case ROBERTA -> assembly.roberta();
      case LLAMA -> assembly.llama();
      case BACKEND -> {}
    }
    assembly.writeTokens();
    return new TokenizerJson(assembly.root, assembly.model, file.large());
  }

  private void addMissing() {
    Set<AddedToken> there = Set.copyOf(tokens.values());
    List<AddedToken> missing = new ArrayList<>();
    settings.added().values().stream()
        .filter(token -> !there.contains(token))
        .forEach(missing::add);
    Set<String> spelled = tokens.keySet().stream().collect(Collectors.toCollection(HashSet::new));
    missing.forEach(token -> spelled.add(token.content()));
    for (AddedToken token : settings.named().values()) {
      if (spelled.add(token.content())) {
        missing.add(token);
      }
    }
    for (AddedToken token : settings.extra()) {
      if (spelled.add(token.content())) {
        missing.add(token);
      }
    }
    Set<String> names =
        settings.named().values().stream().map(AddedToken::content).collect(Collectors.toSet());
    missing.forEach(token -> add(names.contains(token.content()) ? token.asSpecial() : token));
  }

  /** The id is the library's choice: the one that the spelling has, or the next. */
  private void add(AddedToken token) {
    if (token.content().isEmpty()) {
      return;
    }
    Integer known = ids.get(token.content());
    if (known == null) {
      known = vocabulary.get(token.content());
    }
    int id = known == null ? Math.max(vocabulary.size(), largestId + 1) : known;
    largestId = Math.max(largestId, id);
    ids.put(token.content(), id);
    tokens.put(token.content(), token);
  }

  private int id(String content) {
    Integer id = ids.get(content);
    return id != null ? id : vocabulary.getOrDefault(content, 0);
  }

  private void writeTokens() {
    ArrayNode list = root.putArray("added_tokens");
    tokens.values().stream()
        .sorted(Comparator.comparing(token -> ids.get(token.content())))
        .forEach(
            token -> {
              ObjectNode node = list.addObject().put("id", ids.get(token.content()));
              token.write(node);
            });
  }

  private void bert() {
    model.removeAll();
    model.put("type", "WordPiece").put("unk_token", settings.spelling("unk_token"));
    model.put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
    ObjectNode normalizer = root.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true);
    normalizer.put("handle_chinese_chars", settings.flag("tokenize_chinese_chars", true));
    normalizer.putNull("strip_accents");
    settings.flag("strip_accents").ifPresent(strip -> normalizer.put("strip_accents", strip));
    normalizer.put("lowercase", settings.flag("do_lower_case", true));
    root.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    root.putObject("decoder").put("type", "WordPiece").put("prefix", "##").put("cleanup", true);
    String cls = settings.spelling("cls_token");
    String sep = settings.spelling("sep_token");
    ObjectNode post = root.putObject("post_processor").put("type", "TemplateProcessing");
    ArrayNode single = post.putArray("single");
    special(single, cls, 0);
    sequence(single, "A", 0);
    special(single, sep, 0);
    ArrayNode pair = post.putArray("pair");
    special(pair, cls, 0);
    sequence(pair, "A", 0);
    special(pair, sep, 0);
    sequence(pair, "B", 1);
    special(pair, sep, 1);
    ObjectNode named = post.putObject("special_tokens");
    for (String token : List.of(cls, sep)) {
      ObjectNode entry = named.putObject(token).put("id", token);
      entry.putArray("ids").add(id(token));
      entry.putArray("tokens").add(token);
    }
  }

  private static void special(ArrayNode template, String token, int type) {
    template.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
  }

  private static void sequence(ArrayNode template, String name, int type) {
    template.addObject().putObject("Sequence").put("id", name).put("type_id", type);
  }

  private void roberta() {
    model.removeAll();
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    model.put("fuse_unk", false).put("byte_fallback", false);
    boolean space = settings.flag("add_prefix_space", false);
    boolean trim = settings.flag("trim_offsets", true);
    root.putNull("normalizer");
    ObjectNode pre = root.putObject("pre_tokenizer").put("type", "ByteLevel");
    pre.put("add_prefix_space", space).put("trim_offsets", true).put("use_regex", true);
    ObjectNode decoder = root.putObject("decoder").put("type", "ByteLevel");
    decoder.put("add_prefix_space", true).put("trim_offsets", true).put("use_regex", true);
    ObjectNode post = root.putObject("post_processor").put("type", "RobertaProcessing");
    post.put("trim_offsets", trim).put("add_prefix_space", space);
    for (String name : List.of("sep", "cls")) {
      String token = settings.spelling(name + "_token");
      post.putArray(name).add(token).add(id(token));
    }
  }

  private void llama() {
    model.removeAll();
    model.put("type", "BPE").putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", true).put("byte_fallback", true);
    boolean space = settings.flag("add_prefix_space", true);
    String always = settings.flag("legacy", false) ? "always" : "first";
    root.putNull("normalizer");
    ObjectNode pre = root.putObject("pre_tokenizer").put("type", "Metaspace");
    pre.put("replacement", WORD_START).put("prepend_scheme", space ? always : "never");
    pre.put("split", false);
    ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
    ObjectNode back = decoders.addObject().put("type", "Replace").put("content", " ");
    back.putObject("pattern").put("String", WORD_START);
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (space) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
  }
}
