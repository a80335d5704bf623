package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The keys of one mapping of recipes. A key is told once, as a field of a subclass:
 *
 * <pre>{@code
 * final Key<Integer> epochs = key("epochs", whole(1, 5), 3, "Passes over the data, at most.");
 * }</pre>
 *
 * <p>Reader, writer, {@code --explain}, JSON schema and {@code docs/recipes.md} are made of these
 * fields, in their order.
 */
public abstract class Keys {
  private final List<Key<?>> all = new ArrayList<>();

  /** A key with a default, after which come the sentence and the tasks, none for all. */
  final <T> Key<T> key(String name, Type<T> type, T otherwise, String sentence, String... tasks) {
    Otherwise shown = Otherwise.value(type.write(otherwise).orElseThrow());
    return add(new Key<>(name, type, shown, reading -> otherwise, sentence, List.of(tasks)));
  }

  /**
   * A key whose default no single value says.
   *
   * @param words that say it
   * @param otherwise makes it of what was read
   */
  final <T> Key<T> key(
      String name,
      Type<T> type,
      Otherwise words,
      Function<Reading, T> otherwise,
      String sentence,
      String... tasks) {
    return add(new Key<>(name, type, words, otherwise, sentence, List.of(tasks)));
  }

  /**
   * A key with a default for some mappings; the others are not to have it, and have no value.
   *
   * @param has whether a mapping is one that has it
   */
  final <T> Key<Optional<T>> keyWhere(
      Predicate<Reading> has, String name, Type<T> type, T otherwise, String sentence) {
    return key(
        name,
        type.optional(),
        Otherwise.value(type.write(otherwise).orElseThrow()),
        reading -> Optional.of(otherwise).filter(value -> has.test(reading)),
        sentence);
  }

  /**
   * A key without which there is nothing.
   *
   * @param words what holds then
   */
  final <T> Key<Optional<T>> optional(
      String name, Type<T> type, String words, String sentence, String... tasks) {
    return key(
        name,
        type.optional(),
        Otherwise.words(words),
        reading -> Optional.empty(),
        sentence,
        tasks);
  }

  /**
   * A key that has to be there.
   *
   * @param expected what the message asks for
   */
  final <T> Key<T> required(
      String name, Type<T> type, String expected, String sentence, String... tasks) {
    Function<Reading, T> missing =
        reading -> {
          throw reading.section().invalid(name, expected);
        };
    return key(name, type, Otherwise.required(), missing, sentence, tasks);
  }

  /** A mapping with keys of its own, all of which may be left out. */
  final <T> Key<T> mapping(
      String name, Type<T> type, Otherwise words, String sentence, String... tasks) {
    return key(name, type, words, reading -> type.read(reading, name), sentence, tasks);
  }

  private <T> Key<T> add(Key<T> key) {
    all.add(key);
    return key;
  }

  final List<Key<?>> all() {
    return List.copyOf(all);
  }

  /** The keys in the order in which recipes are written: in that of the fields. */
  List<Key<?>> written() {
    return all();
  }

  /** The keys whose mapping is to be there, if only with one of them. */
  final boolean anyRequired() {
    return all.stream().anyMatch(Key::isRequired);
  }

  /**
   * Checks what no key alone can say.
   *
   * @throws UsageException if it is not as it should be; the message begins with a key
   */
  void check(Settings settings) {}

  /** The task of the recipe that is being read. */
  String task(Reading reading) {
    return reading.recipe().get(Recipe.KEYS.task).type();
  }

  /** Reads all keys of a mapping and makes of them what it stands for. */
  final <R> R read(Section mapping, Optional<Reading> outer, Function<Settings, R> of) {
    return mapping.read(section -> of.apply(new Reading(section, this, outer).settings()));
  }

  final Map<String, Object> write(Settings settings) {
    Map<String, Object> mapping = new LinkedHashMap<>();
    written().forEach(key -> write(key, settings, mapping));
    return mapping;
  }

  private static <T> void write(Key<T> key, Settings settings, Map<String, Object> mapping) {
    settings.find(key).ifPresent(value -> key.write(value, mapping));
  }

  /**
   * Their entries of the catalogue, each before those inside it.
   *
   * @param prefix path of the mapping with a dot at its end, or empty
   */
  final List<Option> options(String prefix) {
    return all.stream()
        .flatMap(
            key -> {
              Option own = key.option(prefix);
              return Stream.concat(
                  Stream.of(own), key.type().options(own).stream().map(in -> in.inside(own)));
            })
        .toList();
  }
}
