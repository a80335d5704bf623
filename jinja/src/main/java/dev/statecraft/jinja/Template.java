package dev.statecraft.jinja;

import java.time.LocalDateTime;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A template of the part of Jinja that chat templates use, rendered as transformers does: with
 * {@code trim_blocks} and {@code lstrip_blocks}, in a sandbox in which nothing but a {@code
 * namespace} can be changed, with {@code raise_exception}, {@code strftime_now}, a {@code tojson}
 * that escapes no HTML, and {@code generation} tags around what the model writes.
 *
 * <p>A rendering is limited in steps, in the length of its texts and in the depth of calls, so that
 * no template can hang or fill the memory. Immutable; may be used by several threads.
 */
public final class Template {
  /** Some twenty times as long as the longest that is known. */
  private static final int LONGEST_SOURCE = 1_000_000;

  private static final int LONGEST_MESSAGE = 2_000;

  private final String name;
  private final String source;
  private final Node.Body body;
  private final Limits limits;

  private Template(String name, String source, Node.Body body, Limits limits) {
    this.name = name;
    this.source = source;
    this.body = body;
    this.limits = limits;
  }

  /**
   * Reads a template.
   *
   * @param name what messages call it, such as its file
   * @throws TemplateException if it is none; the message names the line
   */
  public static Template parse(String name, String source) {
    return parse(name, source, Limits.USUAL);
  }

  static Template parse(String name, String source, Limits limits) {
    if (source.length() > LONGEST_SOURCE) {
      throw new TemplateException(
          name
              + ": expected a template of at most "
              + LONGEST_SOURCE
              + " characters, found "
              + source.length());
    }
    try {
      return new Template(name, source, Parser.parse(name, source), limits);
    } catch (StackOverflowError e) {
      throw new TemplateException(name + ": the template is nested too deeply");
    }
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** Its text. */
  public String source() {
    return source;
  }

  /**
   * Renders with the date and time of now.
   *
   * @param variables texts, numbers, booleans, null, and lists and maps of these
   * @throws TemplateException if it cannot be rendered with these, or raises an exception itself;
   *     the message names the line
   */
  public Rendering render(Map<String, ?> variables) {
    return render(variables, LocalDateTime::now);
  }

  /** Renders with another clock; otherwise as {@link #render(Map)}. */
  public Rendering render(Map<String, ?> variables, Supplier<LocalDateTime> now) {
    Run run = new Run(limits, now);
    try {
      Scope globals = Scope.global(run, Globals.all());
      variables.forEach((key, value) -> globals.set(key, Values.of(run, value)));
      body.render(globals.inner());
      return run.rendering();
    } catch (Fault e) {
      throw TemplateException.at(name, run.line(), shortened(e.getMessage()));
    } catch (ArithmeticException e) {
      throw TemplateException.at(name, run.line(), "the result is no whole number of 64 bits");
    } catch (StackOverflowError e) {
      // Its depth is limited, but not that of the values it is given or makes.
      throw TemplateException.at(name, run.line(), "its values are nested too deeply");
    }
  }

  private static String shortened(String message) {
    return message.length() <= LONGEST_MESSAGE
        ? message
        : message.substring(0, LONGEST_MESSAGE) + "...";
  }
}
