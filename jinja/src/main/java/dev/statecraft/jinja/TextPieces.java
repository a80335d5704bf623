package dev.statecraft.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Texts cut into pieces, each of which is charged before the next one is made. */
final class TextPieces {
  private static final String LINE_BREAKS = "\n\r\u000B\f\u001C\u001D\u001E\u0085\u2028\u2029";

  private final Run run;
  private final String text;
  private final List<Object> pieces = new ArrayList<>();

  private TextPieces(Run run, String text) {
    this.run = run;
    this.text = text;
  }

  private void add(int start, int end) {
    run.chargePiece(end - start);
    pieces.add(text.substring(start, end));
  }

  private List<Object> reversed() {
    Collections.reverse(pieces);
    return pieces;
  }

  /** At a separator, at most so often. */
  static List<Object> split(Run run, String text, String separator, long most) {
    TextPieces cut = new TextPieces(run, text);
    TextSearch search = TextSearch.of(run, separator);
    int start = 0;
    while (cut.pieces.size() < most) {
      int at = search.next(run, text, start);
      if (at < 0) {
        break;
      }
      cut.add(start, at);
      start = at + separator.length();
    }
    cut.add(start, text.length());
    return cut.pieces;
  }

  /** At a separator from the right, at most so often. */
  static List<Object> splitFromRight(Run run, String text, String separator, long most) {
    TextPieces cut = new TextPieces(run, text);
    TextSearch search = TextSearch.reversed(run, separator);
    String reversed = TextSearch.reverse(run, text);
    int length = text.length();
    int start = 0;
    while (cut.pieces.size() < most) {
      int at = search.next(run, reversed, start);
      if (at < 0) {
        break;
      }
      cut.add(length - at, length - start);
      start = at + separator.length();
    }
    cut.add(0, length - start);
    return cut.reversed();
  }

  /** At white space, at most so often; the rest keeps its own at the other end. */
  static List<Object> words(Run run, String text, long most) {
    run.chargeText(text.length());
    TextPieces cut = new TextPieces(run, text);
    int at = skip(text, 0, true);
    while (at < text.length()) {
      if (cut.pieces.size() >= most) {
        cut.add(at, text.length());
        break;
      }
      int end = skip(text, at, false);
      cut.add(at, end);
      at = skip(text, end, true);
    }
    return cut.pieces;
  }

  private static int skip(String text, int from, boolean space) {
    int at = from;
    while (at < text.length() && PythonText.isSpace(text.charAt(at)) == space) {
      at++;
    }
    return at;
  }

  /** At white space from the right, at most so often. */
  static List<Object> wordsFromRight(Run run, String text, long most) {
    run.chargeText(text.length());
    TextPieces cut = new TextPieces(run, text);
    int at = skipBack(text, text.length(), true);
    while (at > 0) {
      if (cut.pieces.size() >= most) {
        cut.add(0, at);
        break;
      }
      int start = skipBack(text, at, false);
      cut.add(start, at);
      at = skipBack(text, start, true);
    }
    return cut.reversed();
  }

  private static int skipBack(String text, int from, boolean space) {
    int at = from;
    while (at > 0 && PythonText.isSpace(text.charAt(at - 1)) == space) {
      at--;
    }
    return at;
  }

  /** At line breaks, as Python's {@code splitlines} knows them. */
  static List<Object> lines(Run run, String text, boolean keepEnds) {
    run.chargeText(text.length());
    TextPieces cut = new TextPieces(run, text);
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (LINE_BREAKS.indexOf(text.charAt(i)) >= 0) {
        int end = text.startsWith("\r\n", i) ? i + 2 : i + 1;
        cut.add(start, keepEnds ? end : i);
        start = end;
        i = end - 1;
      }
    }
    if (start < text.length()) {
      cut.add(start, text.length());
    }
    return cut.pieces;
  }

  /** The code points, each as a text. */
  static List<Object> codePoints(Run run, String text) {
    run.charge(3L * text.length());
    List<Object> all = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> all.add(Character.toString(c)));
    return all;
  }
}
