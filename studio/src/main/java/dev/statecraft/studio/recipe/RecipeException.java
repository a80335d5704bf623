package dev.statecraft.studio.recipe;

import dev.statecraft.base.Shown;
import dev.statecraft.base.StatecraftException;

/**
 * A recipe that cannot be used. The message names the file, the key, what was expected and what was
 * found, and is fit to be shown as it is.
 */
public final class RecipeException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  private final boolean unknownKey;

  public RecipeException(String message) {
    super(Kind.USAGE, Shown.line(message));
    unknownKey = false;
  }

  public RecipeException(String message, Throwable cause) {
    super(Kind.USAGE, Shown.line(message), cause);
    unknownKey = false;
  }

  private RecipeException(String message, boolean unknownKey) {
    super(Kind.USAGE, Shown.line(message));
    this.unknownKey = unknownKey;
  }

  /** One that is about a key that the recipe should not have. */
  static RecipeException unknownKey(String message) {
    return new RecipeException(message, true);
  }

  /** Whether it is about a key that the recipe should not have. */
  boolean isUnknownKey() {
    return unknownKey;
  }
}
