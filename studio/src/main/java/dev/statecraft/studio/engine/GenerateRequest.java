package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A text to continue.
 *
 * @param model a causal language model, tuned or not
 * @param prompt what it begins with
 * @param form how the prompt is written; {@code model.trained()} is as the model was tuned
 * @param maxNewTokens the most tokens to add
 * @param sampling how the next token is chosen
 * @param dtype of the weights
 * @param device where everything is computed
 */
public record GenerateRequest(
    TunedModel model,
    String prompt,
    PromptForm form,
    int maxNewTokens,
    Sampling sampling,
    DType dtype,
    Device device) {
  public GenerateRequest {
    if (maxNewTokens < 1) {
      throw new UsageException("--max-new-tokens: expected 1 or more, found " + maxNewTokens);
    }
  }

  /** With the prompt written as those that the model was tuned on. */
  public GenerateRequest(
      TunedModel model,
      String prompt,
      int maxNewTokens,
      Sampling sampling,
      DType dtype,
      Device device) {
    this(model, prompt, model.trained(), maxNewTokens, sampling, dtype, device);
  }

  /**
   * How the next token is chosen.
   *
   * @param temperature divides the logits; 0 always takes the most probable token
   * @param topK choose among this many of the most probable
   * @param topP choose among the fewest whose probabilities reach this sum
   * @param seed of the choice
   */
  public record Sampling(double temperature, OptionalInt topK, OptionalDouble topP, long seed) {
    /** Always the most probable token. */
    public static final Sampling GREEDY =
        new Sampling(0, OptionalInt.empty(), OptionalDouble.empty(), 0);

    public Sampling {
      if (!(temperature >= 0) || Double.isInfinite(temperature)) {
        throw new UsageException("--temperature: expected 0 or more, found " + temperature);
      }
      if (topK.isPresent() && topK.getAsInt() < 1) {
        throw new UsageException("--top-k: expected 1 or more, found " + topK.getAsInt());
      }
      if (topP.isPresent() && !(topP.getAsDouble() > 0 && topP.getAsDouble() <= 1)) {
        throw new UsageException(
            "--top-p: expected above 0 and up to 1, found " + topP.getAsDouble());
      }
    }

    /** Whether the choice is not random. */
    public boolean isGreedy() {
      return temperature == 0;
    }
  }
}
