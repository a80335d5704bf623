package dev.statecraft.models.config;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.JsonKeys;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A key of a configuration that its family has not asked for.
 *
 * @param file the object that has it
 */
record UnreadKey(JsonKeys file, String key) {
  /** Keys that one message shows with their values. */
  private static final int MOST = 6;

  private static final int LONGEST = 40;

  private String found() {
    String text = file.get(key).toString();
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 3) + "...";
  }

  private String named() {
    return file.prefix() + key + " " + found();
  }

  /** What to throw for at least one of them. */
  static InvalidInputException refusal(List<UnreadKey> unread, String model) {
    UnreadKey first = unread.get(0);
    String others =
        unread.stream()
            .skip(1)
            .limit(MOST - 1)
            .map(UnreadKey::named)
            .collect(Collectors.joining(", "));
    return first.file.invalid(
        first.key,
        "a key that is known not to change what a " + model + " model computes",
        first.found()
            + (others.isEmpty() ? "" : ", and with it " + others)
            + (unread.size() > MOST ? " and " + (unread.size() - MOST) + " more" : ""));
  }
}
