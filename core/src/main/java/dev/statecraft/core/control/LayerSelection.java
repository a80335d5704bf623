package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which layers a tuning touches: {@code all}, {@code first 6}, {@code last 6}, {@code 0,2,5-7}. */
public final class LayerSelection {
  /** Every layer. */
  public static final LayerSelection ALL = new LayerSelection("all");

  private static final Pattern COUNTED = Pattern.compile("(first|last)\\s+(\\d+)");
  private static final Pattern RANGE = Pattern.compile("(\\d+)(?:\\s*-\\s*(\\d+))?");

  private final String text;

  private LayerSelection(String text) {
    this.text = text;
  }

  /**
   * Reads a selection.
   *
   * @throws UsageException if the text is none of the four forms
   */
  public static LayerSelection parse(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    boolean known =
        wanted.equals("all")
            || COUNTED.matcher(wanted).matches()
            || List.of(wanted.split(",", -1)).stream()
                .allMatch(part -> RANGE.matcher(part.strip()).matches());
    if (!known) {
      throw new UsageException(
          "layers: expected 'all', 'first N', 'last N' or a list such as '0,2,5-7', found '"
              + text
              + "'");
    }
    return new LayerSelection(wanted);
  }

  /**
   * The chosen layers of a model, in order.
   *
   * @throws UsageException if a layer does not exist
   */
  public List<Integer> of(int layers) {
    Set<Integer> chosen = new TreeSet<>();
    Matcher counted = COUNTED.matcher(text);
    if (text.equals("all")) {
      addRange(chosen, 0, layers - 1, layers);
    } else if (counted.matches()) {
      int count = number(counted.group(2), layers);
      if (count < 1 || count > layers) {
        throw new UsageException(
            "layers: expected from 1 to " + layers + " layers, found '" + text + "'");
      }
      int start = counted.group(1).equals("first") ? 0 : layers - count;
      addRange(chosen, start, start + count - 1, layers);
    } else {
      for (String part : text.split(",", -1)) {
        Matcher range = RANGE.matcher(part.strip());
        if (!range.matches()) {
          throw new IllegalStateException("unchecked selection '" + text + "'");
        }
        int from = number(range.group(1), layers);
        int to = range.group(2) == null ? from : number(range.group(2), layers);
        addRange(chosen, from, to, layers);
      }
    }
    return new ArrayList<>(chosen);
  }

  private void addRange(Set<Integer> chosen, int from, int to, int layers) {
    if (from > to || to >= layers) {
      throw new UsageException(
          "layers: the model has the layers 0 to " + (layers - 1) + ", found '" + text + "'");
    }
    for (int i = from; i <= to; i++) {
      chosen.add(i);
    }
  }

  /** A number that may be absurdly long; anything beyond the model is the same error. */
  private static int number(String digits, int layers) {
    return digits.length() > 6 ? layers + 1 : Integer.parseInt(digits);
  }

  @Override
  public String toString() {
    return text;
  }
}
