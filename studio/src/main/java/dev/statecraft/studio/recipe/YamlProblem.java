package dev.statecraft.studio.recipe;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import dev.statecraft.base.Quoted;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the YAML library found wrong with a text, in words for those who wrote it. */
final class YamlProblem {
  /**
   * What a message of the library contains, and what that comes from; {@code $1} is what it names.
   */
  private record Rule(Pattern pattern, String words) {
    static Rule of(String pattern, String words) {
      return new Rule(Pattern.compile(pattern, Pattern.DOTALL), words);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          Rule.of("Duplicate field '([^']*)'|found duplicate key (\\S+)", "the key $1 twice"),
          Rule.of(
              "[Tt]railing token|expected a single document|found another (?:document|value)",
              "a second document"),
          Rule.of(
              "mapping values are not allowed",
              "a colon where no key can be; quote a value that has a colon in it"),
          Rule.of("TAB|'\\\\t", "a tab; lines are indented with spaces"),
          Rule.of(
              "character '(.)'? ?.*cannot start any token",
              "a value that begins with $1; put it in quotes"),
          Rule.of("quoted scalar.*unexpected end", "a quote that is not closed"),
          Rule.of("quoted scalar.*document separator", "a quote that is not closed"),
          Rule.of("unknown escape", "a backslash that means nothing; use single quotes"),
          Rule.of("flow sequence", "a bracket [ that is not closed, or a comma too few"),
          Rule.of("flow mapping", "a brace { that is not closed, or a comma too few"),
          Rule.of("could not find expected ':'|simple key", "a line without a colon after its key"),
          Rule.of("undefined alias", "a '*' that stands for nothing; put the value in quotes"),
          Rule.of("scanning an? (?:alias|anchor)", "a '*' or '&' at the beginning; use quotes"),
          Rule.of("scanning a directive", "a '%' at the beginning of a line; use quotes"),
          Rule.of(
              "block (?:mapping|collection|sequence|end)", "a line that is indented as none above"),
          Rule.of("block scalar", "a '|' or '>' with something after it; put the value in quotes"),
          Rule.of("special characters are not allowed", "a control character"),
          Rule.of("code points|maximum allowed|nesting depth|too deep", "too much to be a recipe"),
          Rule.of("tag", "a '!' at the beginning of a value; put it in quotes"));

  private static final Pattern PLACE = Pattern.compile("line ([0-9]+), column ([0-9]+)");

  private YamlProblem() {}

  /** {@code an error at line 3, column 7: a quote that is not closed}. */
  static String of(JsonProcessingException thrown) {
    String message = String.valueOf(thrown.getOriginalMessage());
    return "an error" + place(thrown, message) + ": " + words(message);
  }

  /** The last place that the message names is that of the problem, not of what it is in. */
  private static String place(JsonProcessingException thrown, String message) {
    Matcher named = PLACE.matcher(message);
    String place = "";
    while (named.find()) {
      place = " at line " + named.group(1) + ", column " + named.group(2);
    }
    JsonLocation at = thrown.getLocation();
    return place.isEmpty() && at != null && at.getLineNr() > 0
        ? " at line " + at.getLineNr() + ", column " + at.getColumnNr()
        : place;
  }

  private static String words(String message) {
    for (Rule rule : RULES) {
      Matcher found = rule.pattern.matcher(message);
      if (found.find()) {
        String named = "";
        for (int i = 1; i <= found.groupCount(); i++) {
          named = found.group(i) == null ? named : found.group(i);
        }
        return rule.words.replace("$1", Quoted.text(named));
      }
    }
    return "text that is no YAML";
  }
}
