package dev.statecraft.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One rendering: what is written so far, where it is, and what it may still spend. */
final class Run {
  /** How deep values may be nested: far more than any has, and less than a thread's stack holds. */
  static final int DEEPEST_VALUE = 500;

  private final Limits limits;
  private final Supplier<LocalDateTime> now;
  private final List<Rendering.Span> generated = new ArrayList<>();
  private StringBuilder out = new StringBuilder();
  private long spent;
  private int depth;
  private int nesting;
  private int captures;
  private String measured = "";
  private boolean plain = true;
  private int line = 1;

  Run(Limits limits, Supplier<LocalDateTime> now) {
    this.limits = limits;
    this.now = now;
  }

  /** The line that is being rendered. */
  int line() {
    return line;
  }

  void at(int newLine) {
    line = newLine;
  }

  LocalDateTime now() {
    return now.get();
  }

  /** Counts work, in steps of about the same time. */
  void charge(long steps) {
    // A number below 0 is one that has overflown.
    spent = steps < 0 || steps > limits.steps() ? limits.steps() + 1 : spent + steps;
    if (spent > limits.steps()) {
      throw new Fault("the template takes more than " + limits.steps() + " steps");
    }
  }

  /** Checks the length of a text before it is made. */
  void check(long length) {
    if (length > limits.characters()) {
      throw new Fault("a text has more than " + limits.characters() + " characters");
    }
  }

  /** Checks and counts a text before it is made or gone through. */
  void chargeText(long length) {
    check(length);
    charge(1 + length / 8);
  }

  /** Counts a small text of its own, of which there may be many. */
  void chargePiece(long length) {
    charge(3 + length / 8);
  }

  /**
   * Whether each of a text's chars is a code point, so that its places are known at once. Going
   * through it is charged once for a text that is asked again and again.
   */
  @SuppressWarnings({"ReferenceEquality", "StringEquality"})
  boolean isPlain(String text) {
    if (text != measured) { // the same object: comparing them would cost as much as looking
      charge(1 + text.length() / 8);
      plain = text.codePointCount(0, text.length()) == text.length();
      measured = text;
    }
    return plain;
  }

  /** How many code points a text has. */
  int length(String text) {
    if (isPlain(text)) {
      return text.length();
    }
    charge(text.length() / 8);
    return text.codePointCount(0, text.length());
  }

  /** The index of the char at which a code point begins. */
  int offset(String text, int codePoints) {
    if (isPlain(text)) {
      return codePoints;
    }
    charge(text.length() / 8);
    return text.offsetByCodePoints(0, codePoints);
  }

  /** Goes into a value that is inside of another. */
  void enterValue() {
    if (++nesting > DEEPEST_VALUE) {
      throw new Fault("its values are nested too deeply");
    }
  }

  void leaveValue() {
    nesting--;
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw new Fault("macros call one another more than " + limits.depth() + " deep");
    }
  }

  void leave() {
    depth--;
  }

  void write(String text) {
    check((long) out.length() + text.length());
    charge(1 + text.length() / 8);
    out.append(text);
  }

  /** What a part of the template writes, as a text. */
  String captured(Runnable part) {
    StringBuilder outer = out;
    out = new StringBuilder();
    captures++;
    try {
      part.run();
      charge(1 + out.length() / 8);
      return out.toString();
    } finally {
      out = outer;
      captures--;
    }
  }

  /** Runs a part whose text the model generates; where it is known only outside of captures. */
  void generate(Runnable part) {
    int start = out.length();
    part.run();
    if (captures == 0) {
      generated.add(new Rendering.Span(start, out.length()));
    }
  }

  Rendering rendering() {
    return new Rendering(out.toString(), generated);
  }
}
