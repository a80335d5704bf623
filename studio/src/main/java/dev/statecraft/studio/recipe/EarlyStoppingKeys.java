package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.number;
import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.training.EarlyStopping;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The keys of {@code train.early_stopping}. */
final class EarlyStoppingKeys extends Keys {
  private static final String NONE = "none";

  final Key<Integer> patience =
      required(
          "patience",
          whole(1, 3),
          "a whole number",
          "After how many evaluations without a better one the run ends.");

  final Key<Double> minDelta =
      key(
          "min_delta",
          number("0 or more", Map.of("minimum", 0), 0.001).checked(Double::isFinite, "0 or more"),
          Otherwise.words("0"),
          stopping -> 0.0,
          "By how much the task's first metric has to be better to count.");

  /** {@code 3} evaluations, {@code {patience: 3, min_delta: 0.001}}, or none. */
  static Type<Optional<EarlyStopping>> type() {
    EarlyStoppingKeys keys = new EarlyStoppingKeys();
    return Type.of(
            Kind.wholeNumber(1, 3).orWord(NONE).orMapping("patience"), keys::read, keys::tree)
        .with(keys);
  }

  private Optional<EarlyStopping> read(Reading train, String key) {
    if (train.section().isText(key, NONE)) {
      return Optional.empty();
    }
    if (train.section().isWholeNumber(key)) {
      return Optional.of(new EarlyStopping(train.section().integer(key).orElseThrow(), 0));
    }
    return Optional.of(
        read(
            train.section().section(key),
            Optional.of(train),
            settings -> new EarlyStopping(settings.get(patience), settings.get(minDelta))));
  }

  private Object tree(Optional<EarlyStopping> stopping) {
    if (stopping.isEmpty()) {
      return NONE;
    }
    Map<String, Object> mapping = new LinkedHashMap<>();
    patience.write(stopping.get().patience(), mapping);
    minDelta.write(stopping.get().minDelta(), mapping);
    return mapping;
  }
}
