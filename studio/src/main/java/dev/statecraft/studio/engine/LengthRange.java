package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Lengths of short sequences that are packed into one step.
 *
 * @param shortest the fewest tokens of a sequence, at least 2
 * @param longest the most
 */
public record LengthRange(int shortest, int longest) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,6})-(\\d{1,6})");

  public LengthRange {
    if (shortest < 2 || longest < shortest) {
      throw new UsageException(
          "--lengths: expected a range from 2 up, such as 16-64, found "
              + shortest
              + "-"
              + longest);
    }
  }

  /**
   * Reads {@code 16-64}.
   *
   * @throws UsageException if the text is not of that form
   */
  public static LengthRange parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException("--lengths: expected a range such as 16-64, found '" + text + "'");
    }
    return new LengthRange(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /**
   * Lengths drawn evenly from the range that add up to {@code tokens}, in ascending order, as a
   * trainer lays them. The last one drawn is cut to what is left; one token left over is given to
   * it.
   */
  List<Integer> fill(int tokens, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Integer> lengths = new ArrayList<>();
    int left = tokens;
    while (left > 0) {
      int length = Math.min(left, random.nextInt(shortest, longest + 1));
      // A sequence of one token has no next token to learn.
      lengths.add(left - length == 1 ? length + 1 : length);
      left -= lengths.get(lengths.size() - 1);
    }
    lengths.sort(null);
    return lengths;
  }

  @Override
  public String toString() {
    return shortest + "-" + longest;
  }
}
