package dev.statecraft.studio.engine;

import dev.statecraft.tensor.quant.Quantization;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model, tuned or not.
 *
 * @param model a model folder, or a built-in model's name
 * @param adapter the folder of its adapter; empty for the model as it is
 * @param quantization of the frozen linears inside its layers; an adapter fits best what it was
 *     trained on
 * @param trained the form of the prompts that it was tuned on
 */
public record TunedModel(
    String model, Optional<Path> adapter, Quantization quantization, PromptForm trained) {
  /** One of which it is not known what prompts it was tuned on. */
  public TunedModel(String model, Optional<Path> adapter, Quantization quantization) {
    this(model, adapter, quantization, PromptForm.AS_IS);
  }

  /** The same as if it had been tuned on prompts of another form. */
  public TunedModel withTrained(PromptForm form) {
    return new TunedModel(model, adapter, quantization, form);
  }
}
