package dev.statecraft.data;

import com.fasterxml.jackson.databind.JsonNode;
import dev.statecraft.base.InvalidInputException;
import java.util.List;
import java.util.Optional;

/**
 * Whether a turn is learned, as the data says it: {@code weight} is OpenAI's, 0 or 1; {@code train}
 * and {@code training} are axolotl's and {@code loss} ms-swift's, true or false. A null says
 * nothing.
 */
final class TurnLearning {
  private static final String WEIGHT = "weight";

  /** All keys that speak of it. */
  static final List<String> KEYS = List.of(WEIGHT, "train", "training", "loss");

  private TurnLearning() {}

  /**
   * What a turn says, if it says anything.
   *
   * @throws InvalidInputException if a value is none of these, or two keys contradict each other
   */
  static Optional<Boolean> of(JsonNode turn, String where) {
    Optional<String> first = Optional.empty();
    Optional<Boolean> learned = Optional.empty();
    for (String key : KEYS) {
      JsonNode value = turn.path(key);
      if (value.isMissingNode() || value.isNull()) {
        continue;
      }
      boolean now = key.equals(WEIGHT) ? weight(value, where) : truth(value, key, where);
      if (learned.isPresent() && learned.get() != now) {
        throw new InvalidInputException(
            where + ": '" + first.orElseThrow() + "' and '" + key + "' contradict each other");
      }
      first = first.or(() -> Optional.of(key));
      learned = Optional.of(now);
    }
    return learned;
  }

  private static boolean weight(JsonNode value, String where) {
    if (value.isNumber() && (value.doubleValue() == 0 || value.doubleValue() == 1)) {
      return value.doubleValue() == 1;
    }
    throw new InvalidInputException(
        where
            + ".weight should be 0 (not learned) or 1 (learned), found "
            + (value.isContainerNode() ? Row.nodeKind(value) : value.toString()));
  }

  private static boolean truth(JsonNode value, String key, String where) {
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    throw new InvalidInputException(
        where
            + "."
            + key
            + " should be true (learned) or false (not learned), found "
            + (value.isContainerNode() ? Row.nodeKind(value) : value.toString()));
  }
}
