package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which rows of a sequence an edge changes: all, or some at the beginning and at the end of its
 * {@linkplain Layout#prompt prompt}. Of a shorter prompt, those that there are.
 *
 * @param all whether it is all, those behind the prompt too
 * @param first how many of the prompt's first
 * @param last how many of its last
 */
public record Positions(boolean all, int first, int last) {
  /** Every row. */
  public static final Positions ALL = new Positions(true, 0, 0);

  private static final Pattern TEXT =
      Pattern.compile("(?:first ([1-9][0-9]{0,5}))?(?:, )?(?:last ([1-9][0-9]{0,5}))?");

  public Positions {
    if (all ? first != 0 || last != 0 : first < 0 || last < 0 || first + last == 0) {
      throw new UsageException(
          "positions: expected all, or some of the first and last, found " + first + ", " + last);
    }
  }

  /**
   * Reads {@code all}, {@code first N}, {@code last N} or {@code first N, last M}.
   *
   * @throws UsageException if it is none of them
   */
  public static Positions parse(String text) {
    if (text.equals("all")) {
      return ALL;
    }
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()
        || text.isEmpty()
        || text.contains(",") != (matcher.group(1) != null && matcher.group(2) != null)) {
      throw new UsageException(
          "positions: expected all, first N, last N or 'first N, last M', found '" + text + "'");
    }
    return new Positions(false, number(matcher.group(1)), number(matcher.group(2)));
  }

  private static int number(String digits) {
    return digits == null ? 0 : Integer.parseInt(digits);
  }

  /** The first and the last of them, each alone. */
  public List<Positions> apart() {
    return first == 0 || last == 0
        ? List.of(this)
        : List.of(new Positions(false, first, 0), new Positions(false, 0, last));
  }

  /** Sets the rows {@code [rows, width]} that are not among them to zero. */
  Tensor keepIn(Tensor rows, Layout layout, Torch torch) {
    double[] kept = new double[layout.tokens()];
    for (int i = 0; i < layout.sequences(); i++) {
      int prompt = layout.prompt(i);
      for (int t = 0; t < prompt; t++) {
        kept[layout.offset(i) + t] = t < first || t >= prompt - last ? 1 : 0;
      }
    }
    return rows.mulInPlace(torch.of(rows.dtype(), kept, kept.length, 1));
  }

  @Override
  public String toString() {
    if (all) {
      return "all";
    }
    String begin = first == 0 ? "" : "first " + first;
    String end = last == 0 ? "" : "last " + last;
    return begin + (first > 0 && last > 0 ? ", " : "") + end;
  }
}
