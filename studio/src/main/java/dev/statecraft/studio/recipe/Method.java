package dev.statecraft.studio.recipe;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A method of tuning, told once: its name, its keys with their defaults, and the tuning that they
 * stand for. Each is one class, and {@link Methods} lists them.
 */
public interface Method {
  /**
   * The highest learning rate of the task's head, whatever the method: it starts anew and has to be
   * learned in the same steps.
   */
  double HEAD_LEARNING_RATE = 1e-3;

  /** Its name in recipes and on the command line. */
  String name();

  /** Its keys besides {@code name}. */
  Keys keys();

  /**
   * The highest learning rate where a recipe has none. Few parameters that start at zero bear a
   * high one; pretrained weights do not.
   */
  double learningRate();

  /** Whether the task's head is learned with this rate too; else with a rate of its own. */
  default boolean hasOneRate() {
    return false;
  }

  /**
   * The tunings that it is made of, in the order in which they are applied. Each can still find,
   * when applied, that it does not fit the model.
   *
   * @param settings of {@link #keys}
   * @param model what a recipe can leave to the model family, and to the run
   */
  List<Tuning> tunings(Settings settings, ModelDefaults model);

  /** What to say at the beginning of a run of what a recipe left open. */
  default Optional<String> note(Settings settings, ModelDefaults model) {
    return Optional.empty();
  }

  /**
   * Inputs of a linear whose weights its updates move as one; empty if they move each by itself.
   *
   * @param settings of {@link #keys}
   */
  default OptionalInt group(Settings settings) {
    return OptionalInt.empty();
  }

  /**
   * Only frozen weights can be quantized.
   *
   * @param key what to call it in the message
   * @param settings of {@link #keys}
   * @throws UsageException if this method trains them, or needs them quantized otherwise
   */
  default void checkQuantization(String key, Quantization quantization, Settings settings) {}
}
