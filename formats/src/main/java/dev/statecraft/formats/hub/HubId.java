package dev.statecraft.formats.hub;

import dev.statecraft.base.InvalidInputException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of the Hub, at a revision.
 *
 * @param kind model or data set
 * @param name {@code org/name}
 * @param revision a branch, a tag, a commit or {@code refs/pr/N}; empty for {@code main}
 */
public record HubId(Kind kind, String name, Optional<String> revision) {
  private static final String PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,95}";
  private static final String AT = "(?:@([A-Za-z0-9][A-Za-z0-9._/-]{0,200}))?";
  private static final Pattern NAME = Pattern.compile("(" + PART + "/" + PART + ")" + AT);
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** What a repository holds. */
  public enum Kind {
    /** A model. */
    MODEL,
    /** A data set. */
    DATASET;

    /** The plural, as in the Hub's addresses and the cache's folders. */
    String plural() {
      return this == MODEL ? "models" : "datasets";
    }

    /** The word for messages. */
    String word() {
      return this == MODEL ? "model" : "data set";
    }
  }

  /** A model's name, {@code org/name[@revision]}; empty if the text is no such name. */
  public static Optional<HubId> model(String text) {
    return of(Kind.MODEL, text);
  }

  /**
   * A data set's name, {@code org/name[@revision]}.
   *
   * @throws InvalidInputException if the text is no such name
   */
  public static HubId dataset(String text) {
    return of(Kind.DATASET, text)
        .orElseThrow(
            () ->
                new InvalidInputException(
                    "expected a data set of the Hub, org/name[@revision], found '" + text + "'"));
  }

  private static Optional<HubId> of(Kind kind, String text) {
    Matcher matcher = NAME.matcher(text);
    if (!matcher.matches() || text.contains("..")) {
      return Optional.empty();
    }
    return Optional.of(new HubId(kind, matcher.group(1), Optional.ofNullable(matcher.group(2))));
  }

  /** The same at another revision. */
  public HubId at(String other) {
    return new HubId(kind, name, Optional.of(other));
  }

  /** Whether the revision is a commit, whose files never change. */
  public boolean isPinned() {
    return revision.isPresent() && COMMIT.matcher(revision.get()).matches();
  }

  String revisionOrMain() {
    return revision.orElse("main");
  }

  /** As users write it. */
  @Override
  public String toString() {
    return name + revision.map(at -> "@" + at).orElse("");
  }
}
