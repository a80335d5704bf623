package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * What the value of a key is: its {@link Kind} for people and JSON schema, and the ways from the
 * tree of a recipe to Java and back.
 *
 * @param <T> in Java
 */
final class Type<T> {
  /** Reads a value that is there. */
  interface Reader<T> {
    /**
     * Reads the value of a key.
     *
     * @throws RecipeException if it is of another kind
     * @throws UsageException likewise; the message begins with a key
     */
    T read(Reading reading, String key);
  }

  private final Kind kind;
  private final Reader<T> reader;
  private final Function<T, Optional<Object>> writer;
  private final BiConsumer<String, T> check;
  private final Function<Option, List<Option>> inner;

  private Type(
      Kind kind,
      Reader<T> reader,
      Function<T, Optional<Object>> writer,
      BiConsumer<String, T> check,
      Function<Option, List<Option>> inner) {
    this.kind = kind;
    this.reader = reader;
    this.writer = writer;
    this.check = check;
    this.inner = inner;
  }

  /**
   * One that is read and written in a way of its own.
   *
   * @param writer makes a tree of maps, lists, texts and numbers
   */
  static <T> Type<T> of(Kind kind, Reader<T> reader, Function<T, Object> writer) {
    return new Type<>(
        kind,
        reader,
        value -> Optional.of(writer.apply(value)),
        (key, value) -> {},
        option -> List.of());
  }

  Kind kind() {
    return kind;
  }

  T read(Reading reading, String key) {
    return reader.read(reading, key);
  }

  /** The tree of a value; empty if nothing is written. */
  Optional<Object> write(T value) {
    return writer.apply(value);
  }

  /**
   * Checks a value.
   *
   * @throws UsageException if it cannot be; the message begins with the key
   */
  void check(String key, T value) {
    check.accept(key, value);
  }

  /** The catalogue's entries of the keys inside it. */
  List<Option> options(Option own) {
    return inner.apply(own);
  }

  // ---- the kinds that many keys share ----

  static Type<String> text(String words, String example) {
    return of(Kind.text(words, example), (at, key) -> at.section().text(key).orElseThrow(), t -> t);
  }

  /** A text that is not blank. */
  static Type<String> filled(String words, String example, String expected) {
    return of(
        Kind.text(words, example), (at, key) -> at.section().requiredText(key, expected), t -> t);
  }

  static Type<Integer> whole(int least, int example) {
    return Type.<Integer>of(
            Kind.wholeNumber(least, example),
            (at, key) -> at.section().integer(key).orElseThrow(),
            n -> n)
        .checked(n -> n >= least, least + " or more");
  }

  static Type<Long> anyWhole(long example) {
    return of(
        Kind.anyWholeNumber(example),
        (at, key) -> at.section().longInteger(key).orElseThrow(),
        n -> n);
  }

  /**
   * A number; a message about one that is out of bounds has the same words.
   *
   * @param bounds in the words of JSON schema
   */
  static Type<Double> number(String words, Map<String, Object> bounds, double example) {
    return number(words, words, bounds, example);
  }

  /**
   * A number.
   *
   * @param expected what a message about one that is out of bounds asks for
   */
  static Type<Double> number(
      String words, String expected, Map<String, Object> bounds, double example) {
    return Type.<Double>of(
            Kind.number(words, bounds, example),
            (at, key) -> at.section().number(key).orElseThrow(),
            n -> n)
        .checked(n -> within(n, bounds), expected);
  }

  private static boolean within(double number, Map<String, Object> bounds) {
    return bounds.entrySet().stream()
        .allMatch(
            bound -> {
              double limit = ((Number) bound.getValue()).doubleValue();
              return switch (bound.getKey()) {
                case "minimum" -> number >= limit;
                case "exclusiveMinimum" -> number > limit;
                case "maximum" -> number <= limit;
                case "exclusiveMaximum" -> number < limit;
                default -> throw new IllegalArgumentException("no such bound: " + bound);
              };
            });
  }

  static Type<Boolean> flag() {
    return of(Kind.flag(), (at, key) -> at.section().flag(key).orElseThrow(), f -> f);
  }

  /**
   * One of some words.
   *
   * @param values all, in the order in which they are explained
   * @param label the word of each
   * @param of finds one by its word, or throws {@link UsageException}
   */
  static <T> Type<T> choice(List<T> values, Function<T, String> label, Function<String, T> of) {
    return of(
        Kind.choice(values.stream().map(label).toList()),
        (at, key) -> of.apply(at.section().text(key).orElseThrow()),
        label::apply);
  }

  /** Some of some words, likewise. */
  static <T> Type<List<T>> some(List<T> values, Function<T, String> label, Function<String, T> of) {
    return of(
        Kind.some(values.stream().map(label).toList()),
        (at, key) -> at.section().texts(key).orElseThrow().stream().map(of).toList(),
        list -> list.stream().map(label).toList());
  }

  static Type<List<String>> texts(String words, int least, List<String> example) {
    return of(
        Kind.texts(words, least, example),
        (at, key) -> at.section().texts(key).orElseThrow(),
        list -> list);
  }

  /** A mapping with these keys. */
  static <T> Type<T> mapping(Keys keys, Function<Settings, T> of, Function<T, Settings> to) {
    return Type.<T>of(
            Kind.mapping(),
            (at, key) -> keys.read(at.section().section(key), Optional.of(at), of),
            value -> keys.write(to.apply(value)))
        .with(keys);
  }

  // ---- changes ----

  /** The same with these keys inside it. */
  Type<T> with(Keys keys) {
    return with(option -> keys.options(option.inner() + "."));
  }

  /** The same with these entries of the catalogue inside it. */
  Type<T> with(Function<Option, List<Option>> entries) {
    return new Type<>(kind, reader, writer, check, entries);
  }

  /** The same of another kind. */
  Type<T> kind(UnaryOperator<Kind> change) {
    return new Type<>(change.apply(kind), reader, writer, check, inner);
  }

  /** The same, some values of which are refused. */
  Type<T> checked(Predicate<T> allowed, String expected) {
    return checked(
        (key, value) -> {
          if (!allowed.test(value)) {
            throw new UsageException(
                key + ": expected " + expected + ", found " + write(value).orElse("nothing"));
          }
        });
  }

  /** The same, some values of which this refuses. */
  Type<T> checked(BiConsumer<String, T> another) {
    return new Type<>(kind, reader, writer, check.andThen(another), inner);
  }

  /** The same read in this way. */
  Type<T> read(UnaryOperator<Reader<T>> change) {
    return new Type<>(kind, change.apply(reader), writer, check, inner);
  }

  /** The same as another value of Java. */
  <R> Type<R> as(Function<T, R> to, Function<R, T> from) {
    return new Type<>(
        kind,
        (reading, key) -> to.apply(reader.read(reading, key)),
        value -> writer.apply(from.apply(value)),
        (key, value) -> check.accept(key, from.apply(value)),
        inner);
  }

  /** The same, written unless this holds. */
  Type<T> unwritten(Predicate<T> usual) {
    return new Type<>(
        kind,
        reader,
        value -> usual.test(value) ? Optional.empty() : writer.apply(value),
        check,
        inner);
  }

  /** The same, of which there may be none. */
  Type<Optional<T>> optional() {
    return new Type<>(
        kind,
        (reading, key) -> Optional.of(reader.read(reading, key)),
        value -> value.flatMap(writer),
        (key, value) -> value.ifPresent(present -> check.accept(key, present)),
        inner);
  }

  /** The same, or this word, which stands for none. */
  Type<Optional<T>> orNone(String word) {
    return new Type<>(
        kind.orWord(word),
        (reading, key) ->
            reading.section().isText(key, word)
                ? Optional.empty()
                : Optional.of(reader.read(reading, key)),
        value -> value.isEmpty() ? Optional.of(word) : writer.apply(value.get()),
        (key, value) -> value.ifPresent(present -> check.accept(key, present)),
        inner);
  }
}
