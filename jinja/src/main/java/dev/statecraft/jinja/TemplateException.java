package dev.statecraft.jinja;

import dev.statecraft.base.InvalidInputException;

/**
 * A template that is no template, or cannot be rendered with the given variables. The message names
 * the template and the line.
 */
public final class TemplateException extends InvalidInputException {
  private static final long serialVersionUID = 1L;

  TemplateException(String message) {
    super(message);
  }

  static TemplateException at(String template, int line, String message) {
    return new TemplateException(template + " line " + line + ": " + message);
  }
}
