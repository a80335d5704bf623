package dev.statecraft.models.chat.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** One rendering: what is written so far, where it is, and what it may still spend. */
final class Run {
  private final Limits limits;
  private final Supplier<LocalDateTime> now;
  private final List<Rendering.Span> generated = new ArrayList<>();
  private StringBuilder out = new StringBuilder();
  private long spent;
  private int depth;
  private int captures;
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
    spent += steps;
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

  /** Checks and counts a text before it is made. */
  void chargeText(long length) {
    check(length);
    charge(1 + length / 16);
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
    charge(1 + text.length() / 16);
    out.append(text);
  }

  /** What a part of the template writes, as a text. */
  String captured(Runnable part) {
    StringBuilder outer = out;
    out = new StringBuilder();
    captures++;
    try {
      part.run();
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
