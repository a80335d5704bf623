package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.Type.whole;

import dev.statecraft.data.BatchLimit;
import java.util.Map;
import java.util.Optional;

/** The keys of {@code train.micro_batch}. */
final class MicroBatchKeys extends Keys {
  private static final String AUTO = "auto";

  final Key<Optional<Integer>> examples =
      optional("examples", whole(1, 4), "either this or tokens", "Examples, at most.");

  final Key<Optional<Integer>> tokens =
      optional(
          "tokens",
          whole(1, 4096),
          "either this or examples",
          "Tokens of all examples together, at most; nothing is padded.");

  /** {@code 8} examples, {@code {tokens: 4096}}, or {@code auto} where a budget decides. */
  static Type<Optional<BatchLimit>> type() {
    MicroBatchKeys keys = new MicroBatchKeys();
    return Type.of(
            Kind.wholeNumber(1, 4).orWord(AUTO).orMapping("examples"),
            keys::read,
            MicroBatchKeys::tree)
        .with(keys);
  }

  private Optional<BatchLimit> read(Reading train, String key) {
    Section section = train.section();
    if (section.isText(key, AUTO)) {
      if (!TrainKeys.hasBudget(train)) {
        throw section.invalid(key, "a size, as there is no memory.budget to decide");
      }
      return Optional.empty();
    }
    if (section.isMapping(key)) {
      return Optional.of(section.section(key).read(limit -> sized(limit, train)));
    }
    int number = section.integer(key).orElseThrow();
    if (number < 1) {
      throw section.invalid(key, "1 or more");
    }
    return Optional.of(BatchLimit.examples(number));
  }

  private BatchLimit sized(Section limit, Reading train) {
    Settings settings = new Reading(limit, this, Optional.of(train)).settings();
    Optional<Integer> most = settings.get(examples);
    if (most.isPresent() == settings.get(tokens).isPresent()) {
      throw limit.invalid(tokens.name(), "either this or examples");
    }
    return settings
        .get(tokens)
        .map(BatchLimit::tokens)
        .orElseGet(() -> BatchLimit.examples(most.get()));
  }

  private static Object tree(Optional<BatchLimit> limit) {
    return limit
        .<Object>map(
            of -> Map.of(of.unit() == BatchLimit.Unit.TOKENS ? "tokens" : "examples", of.max()))
        .orElse(AUTO);
  }
}
