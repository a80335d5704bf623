package dev.statecraft.studio.engine;

import dev.statecraft.studio.advise.Advice;
import dev.statecraft.studio.advise.AdviseRequest;
import java.util.function.Consumer;

/** Finds out which edges are worth their memory. */
final class Advising {
  private Advising() {}

  static Advice run(
      AdviseRequest request, Inputs inputs, Sessions sessions, Consumer<String> notes) {
    throw new UnsupportedOperationException("under way");
  }
}
