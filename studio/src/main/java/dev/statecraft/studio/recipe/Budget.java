package dev.statecraft.studio.recipe;

import dev.statecraft.base.ByteSize;
import dev.statecraft.base.UsageException;

/** How much memory a run may take for its tensors. */
public sealed interface Budget {
  /** As much as it takes. */
  record None() implements Budget {
    @Override
    public String toString() {
      return "none";
    }
  }

  /** What the device has free when the run starts. */
  record Auto() implements Budget {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /** So many bytes. */
  record Fixed(ByteSize size) implements Budget {
    @Override
    public String toString() {
      return size.toString();
    }
  }

  /**
   * Reads {@code 22GiB}, {@code auto} or {@code none}.
   *
   * @throws UsageException if it is none of these
   */
  static Budget of(String text) {
    return switch (text) {
      case "none" -> new None();
      case "auto" -> new Auto();
      default -> {
        try {
          yield new Fixed(ByteSize.parse(text));
        } catch (UsageException e) {
          throw new UsageException(
              "budget: expected a size such as 24GiB or 512MiB, auto or none, found '" + text + "'",
              e);
        }
      }
    };
  }

  /** Whether there is one. */
  default boolean isGiven() {
    return !(this instanceof None);
  }
}
