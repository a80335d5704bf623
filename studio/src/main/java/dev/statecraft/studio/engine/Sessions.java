package dev.statecraft.studio.engine;

import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.thread.ThreadCount;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Opens sessions with as many threads as the environment says, or else the user (the command line,
 * then the recipe), or else as there are processors for the JVM.
 *
 * @param environment what {@link ThreadCount#VARIABLE} says
 * @param asked what the command line says, once it is read
 * @param said is told how many threads compute
 */
record Sessions(OptionalInt environment, Supplier<OptionalInt> asked, Consumer<String> said) {
  /** Follows the environment, and says nothing. */
  static Sessions silent() {
    return new Sessions(ThreadCount.ofEnvironment(), OptionalInt::empty, line -> {});
  }

  /** The same without a word. */
  Sessions silently() {
    return new Sessions(environment, asked, line -> {});
  }

  /** The number of threads for work that no recipe describes. */
  int threads() {
    return threads(OptionalInt.empty());
  }

  /** The number of threads for a recipe's work. */
  int threads(Recipe recipe) {
    return threads(recipe.train().threads());
  }

  private int threads(OptionalInt key) {
    OptionalInt wanted = wanted(key);
    return environment.orElseGet(() -> wanted.orElseGet(ThreadCount::usual));
  }

  private OptionalInt wanted(OptionalInt key) {
    OptionalInt option = asked.get();
    return option.isPresent() ? option : key;
  }

  /** How many threads a recipe's work takes, and why where it is not what was asked for. */
  String sentence(Recipe recipe) {
    return sentence(recipe.train().threads());
  }

  private String sentence(OptionalInt key) {
    int threads = threads(key);
    OptionalInt wanted = wanted(key);
    return "computes with "
        + (threads == 1 ? "1 thread" : threads + " threads")
        + (wanted.isPresent() && wanted.getAsInt() != threads
            ? ": " + ThreadCount.VARIABLE + " wins over the " + wanted.getAsInt() + " asked for"
            : "");
  }

  /** Opens a session for a recipe's work, without a word: its run tells. */
  Torch silently(Recipe recipe) {
    return Torch.open(recipe.train().device(), threads(recipe));
  }

  /** Opens a session for a recipe's work. */
  Torch open(Recipe recipe) {
    said.accept(sentence(recipe));
    return silently(recipe);
  }

  /** Opens a session for work that no recipe describes. */
  Torch open(Device device) {
    said.accept(sentence(OptionalInt.empty()));
    return Torch.open(device, threads());
  }
}
