package dev.statecraft.adapters;

import dev.statecraft.core.control.Tuning;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The codecs of all kinds of parts, asked in order. */
final class PartCodecs {
  static final List<PartCodec<?>> ALL =
      List.of(
          new PeftFormat(),
          new Ia3Format(),
          new VeraFormat(),
          new AdaLoraFormat(),
          new QaLoraFormat(),
          new ControlFormat(),
          new NormsFormat(),
          new BitFitFormat(),
          WholeFormat.ofFull(),
          WholeFormat.ofHead());

  private PartCodecs() {}

  /**
   * The part that a tuning is.
   *
   * @throws IllegalArgumentException if it cannot be written down: a tuning of another class
   * @throws dev.statecraft.base.UsageException if it has a control function that has no codec
   */
  static AdapterPart part(Tuning tuning) {
    return ALL.stream()
        .flatMap(codec -> codec.of(tuning).<AdapterPart>map(part -> part).stream())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected "
                        + either(
                            ALL.stream()
                                .flatMap(codec -> codec.sources().stream())
                                .map(source -> source.tuning().getSimpleName())
                                .toList())
                        + ", found "
                        + tuning.getClass().getName()));
  }

  /** The codec of a part. */
  static PartCodec<?> of(AdapterPart part) {
    return find(part).orElseThrow(() -> new IllegalArgumentException("no codec writes " + part));
  }

  /** The codec of a part, if it can be written without knowing a model. */
  static Optional<PartCodec<?>> find(AdapterPart part) {
    return ALL.stream()
        .filter(codec -> codec.part().isInstance(part))
        .<PartCodec<?>>map(codec -> codec)
        .findFirst();
  }

  /** The codec of parts of a {@code type} among others. */
  static Optional<PartCodec<?>> ofType(String type) {
    return ALL.stream()
        .filter(codec -> codec.type().filter(type::equals).isPresent())
        .<PartCodec<?>>map(codec -> codec)
        .findFirst();
  }

  /** What {@link #ofType} knows, for messages. */
  static String types() {
    return either(ALL.stream().flatMap(codec -> codec.type().stream()).sorted().toList());
  }

  /** {@code a, b or c}. */
  static String either(List<String> words) {
    List<String> all = new ArrayList<>(words);
    String last = all.remove(all.size() - 1);
    return Stream.of(String.join(", ", all), last)
        .filter(part -> !part.isEmpty())
        .reduce((first, second) -> first + " or " + second)
        .orElseThrow();
  }
}
