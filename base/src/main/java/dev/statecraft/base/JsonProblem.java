package dev.statecraft.base;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is wrong with a text that should be JSON, in words for the user: the JSON library's own
 * speak of its classes, and change from version to version.
 */
public final class JsonProblem {
  private static final Pattern CHARACTER =
      Pattern.compile(
          "(?:Unexpected character|Unexpected close marker|Invalid character) .*?'(.)'");
  private static final Pattern CODE = Pattern.compile("code (\\d+)");
  private static final Pattern WORD =
      Pattern.compile("(?:Unrecognized token|Non-standard token) '([^']*)'");
  private static final Pattern KEY =
      Pattern.compile("Duplicate (?:field|Object property) ['\"](.*?)['\"]", Pattern.DOTALL);

  private JsonProblem() {}

  /**
   * The problem and, where it is known, its place: {@code an unexpected '}' (line 3, column 5)}.
   */
  public static String of(JsonProcessingException thrown) {
    return what(thrown) + place(thrown.getLocation());
  }

  /** The problem alone, on one line. */
  public static String what(JsonProcessingException thrown) {
    String message = String.valueOf(thrown.getOriginalMessage());
    if (thrown instanceof StreamConstraintsException) {
      return beyondBounds(message);
    } else if (thrown instanceof JsonEOFException
        || message.startsWith("Unexpected end-of-input")) {
      return "a text that ends in the middle of a value";
    } else if (message.startsWith("No content")) {
      return "nothing";
    } else if (thrown instanceof MismatchedInputException && message.startsWith("Trailing token")) {
      return "more after the end of the value";
    } else if (message.contains("UTF-8")) {
      return "bytes that are not UTF-8";
    } else if (message.contains("character escape")) {
      return "a backslash before a character that it does not go with";
    } else if (message.startsWith("Invalid numeric value") || message.contains("numeric value")) {
      return "a number that is written in another way";
    }
    return named(message);
  }

  private static String named(String message) {
    Matcher key = KEY.matcher(message);
    if (key.find()) {
      return "the key " + Quoted.text(key.group(1)) + " twice";
    }
    Matcher word = WORD.matcher(message);
    if (word.find()) {
      return "the word " + Quoted.text(word.group(1));
    }
    Matcher code = CODE.matcher(message);
    if (message.contains("CTRL-CHAR") && code.find()) {
      return "a control character (code " + code.group(1) + ") that is not escaped";
    }
    Matcher character = CHARACTER.matcher(message);
    return character.find() ? "an unexpected " + Quoted.text(character.group(1)) : "something else";
  }

  private static String beyondBounds(String message) {
    if (message.contains("nesting")) {
      return "lists and objects nested deeper than 1000";
    } else if (message.contains("umber")) {
      return "a number of more than 1000 digits";
    }
    return "a text or a key that is longer than is read (20 million characters)";
  }

  private static String place(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }
}
