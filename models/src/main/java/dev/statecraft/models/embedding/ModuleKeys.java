package dev.statecraft.models.embedding;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonFile;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.base.TextFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The keys of a module's settings, of which none may be there that nobody knows. */
record ModuleKeys(JsonKeys keys) {
  /** Those of a file; none if it is not there. */
  static ModuleKeys read(Path file) throws IOException {
    return new ModuleKeys(new JsonKeys(file.toString(), "", JsonFile.object(file)));
  }

  /** Those of each object of a file that is a list of them. */
  static List<ModuleKeys> list(Path file) throws IOException {
    return JsonKeys.parseAll(TextFile.read(file), file.toString()).stream()
        .map(ModuleKeys::new)
        .toList();
  }

  /** The file and the key, for messages. */
  String where(String key) {
    return keys.source() + ": " + keys.prefix() + key;
  }

  InvalidInputException invalid(String key, String expected) {
    return keys.invalid(key, expected);
  }

  boolean has(String key) {
    return keys.has(key);
  }

  JsonNode get(String key) {
    return keys.get(key);
  }

  String text(String key) {
    return keys.text(key);
  }

  List<String> texts(String key) {
    return keys.texts(key);
  }

  Optional<String> optionalText(String key) {
    return keys.optionalText(key);
  }

  boolean flag(String key, boolean absent) {
    return keys.flag(key, absent);
  }

  int positive(String key) {
    return keys.positive(key);
  }

  OptionalInt optionalPositive(String key) {
    return has(key) ? OptionalInt.of(positive(key)) : OptionalInt.empty();
  }

  ModuleKeys object(String key) {
    return new ModuleKeys(keys.object(key));
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    keys.node().fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** Refuses others; one that is null says nothing. */
  void requireKnown(Set<String> known) {
    for (String name : names()) {
      if (has(name) && !known.contains(name)) {
        throw invalid(name, "no such key, as nothing is known of what it does");
      }
    }
  }

  /** Refuses any other text. */
  void requireText(String key, String expected) {
    if (has(key) && !text(key).equals(expected)) {
      throw invalid(key, "\"" + expected + "\"");
    }
  }

  /** Refuses all but null and what has nothing in it. */
  void requireEmpty(String key) {
    if (has(key) && !(get(key).isContainerNode() && get(key).isEmpty())) {
      throw invalid(key, "nothing, as it would change what is computed");
    }
  }
}
