package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.whole;

import java.util.Optional;
import java.util.function.Function;

/** The keys of {@code train.checkpoint}. */
final class CheckpointKeys extends Keys {
  static final CheckpointKeys KEYS = new CheckpointKeys();

  /** Checkpoints of small models take no time, those of large ones minutes. */
  final Key<Optional<Integer>> every =
      key(
          "every",
          Type.<Integer>of(
                  Kind.wholeNumber(1, 50),
                  (at, key) -> at.section().integer(key).orElseThrow(),
                  steps -> steps)
              .checked(steps -> steps >= 1, "1 or more, or none")
              .orNone("none"),
          Optional.of(100),
          "Optimizer steps between checkpoints.");

  final Key<Integer> keep =
      key("keep", whole(1, 3), 2, "How many of the last checkpoints stay, besides the best.");

  /** The mapping, or what {@code every} is in it. */
  static Type<Settings> type() {
    return Type.mapping(KEYS, Function.identity(), Function.identity())
        .kind(mapping -> Kind.wholeNumber(1, 50).orWord("none").orMapping("every"))
        .read(
            mapping ->
                (train, key) ->
                    isShort(train.section(), key) ? every(train, key) : mapping.read(train, key));
  }

  private static boolean isShort(Section train, String key) {
    return train.isText(key, "none") || train.isWholeNumber(key);
  }

  private static Settings every(Reading train, String key) {
    if (train.section().isWholeNumber(key)) {
      train.section().integer(key); // One that is too large is told of this key.
    }
    return KEYS.read(
        train.section().spelledOut(key, KEYS.every.name()),
        Optional.of(train),
        Function.identity());
  }
}
