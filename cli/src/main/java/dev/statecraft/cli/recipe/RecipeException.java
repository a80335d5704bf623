package dev.statecraft.cli.recipe;

import dev.statecraft.models.Shown;

/**
 * A recipe that cannot be used. The message names the file, the key, what was expected and what was
 * found, and is fit to be shown as it is.
 */
public final class RecipeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RecipeException(String message) {
    super(Shown.line(message));
  }

  public RecipeException(String message, Throwable cause) {
    super(Shown.line(message), cause);
  }
}
