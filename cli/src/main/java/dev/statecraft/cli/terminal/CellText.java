package dev.statecraft.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Text as a terminal shows it: in columns, of which some characters take two and some none. */
final class CellText {
  private static final String ELLIPSIS = "…";

  private CellText() {}

  /** Columns that a text takes. */
  static int width(String text) {
    return text.codePoints().map(CellText::width).sum();
  }

  private static int width(int character) {
    int type = Character.getType(character);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        Character.isIdeographic(character)
            || (character >= 0x1100 && character <= 0x115F)
            || (character >= 0x2E80 && character <= 0xA4CF)
            || (character >= 0xAC00 && character <= 0xD7A3)
            || (character >= 0xFE30 && character <= 0xFE6F)
            || (character >= 0xFF00 && character <= 0xFF60)
            || (character >= 0x1F300 && character <= 0x1FAFF);
    return wide ? 2 : 1;
  }

  /** On one line, and without what a terminal would obey. */
  static String plain(String text) {
    StringBuilder plain = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              boolean separates =
                  Character.isISOControl(character)
                      || Character.getType(character) == Character.LINE_SEPARATOR
                      || Character.getType(character) == Character.PARAGRAPH_SEPARATOR;
              plain.appendCodePoint(separates ? ' ' : character);
            });
    return plain.toString();
  }

  /** With an ellipsis in place of its middle, if it is wider than {@code most}. */
  static String shortened(String text, int most) {
    if (width(text) <= most) {
      return text;
    }
    int[] characters = text.codePoints().toArray();
    StringBuilder head = new StringBuilder();
    StringBuilder tail = new StringBuilder();
    int left = most - 1;
    int first = 0;
    int last = characters.length - 1;
    while (first <= last) {
      boolean front = width(head.toString()) <= width(tail.toString());
      int next = characters[front ? first : last];
      if (width(next) > left) {
        break;
      }
      left -= width(next);
      if (front) {
        head.appendCodePoint(next);
        first++;
      } else {
        tail.insert(0, Character.toString(next));
        last--;
      }
    }
    return head + ELLIPSIS + tail;
  }

  /** Its pieces that stay on one line: parts of a list. A number stays with its unit. */
  static List<String> pieces(String text, boolean words) {
    return List.of(text.split(words ? " " : "(?<=[,:;]) ", -1));
  }

  /** On lines of at most {@code most} columns, each piece whole but for those that are wider. */
  static List<String> wrapped(String text, boolean words, int most) {
    if (width(text) <= most) {
      return List.of(text);
    }
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String piece : pieces(text, words)) {
      String longer = line.isEmpty() ? piece : line + " " + piece;
      if (!line.isEmpty() && width(longer) > most) {
        lines.add(line);
        line = shortened(piece, most);
      } else {
        line = shortened(longer, most);
      }
    }
    lines.add(line);
    return lines;
  }
}
