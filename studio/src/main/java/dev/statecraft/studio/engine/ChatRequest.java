package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.util.List;

/**
 * A model to talk to.
 *
 * @param model a causal language model, tuned or not
 * @param adapters further ones that can reply; the first of them does at the beginning, if there
 *     are any
 * @param maxNewTokens the most tokens of a reply
 * @param sampling how the next token is chosen
 * @param dtype of the weights
 * @param device where everything is computed
 */
public record ChatRequest(
    TunedModel model,
    List<NamedAdapter> adapters,
    int maxNewTokens,
    GenerateRequest.Sampling sampling,
    DType dtype,
    Device device) {
  public ChatRequest {
    adapters = List.copyOf(adapters);
    if (maxNewTokens < 1) {
      throw new UsageException("--max-new-tokens: expected 1 or more, found " + maxNewTokens);
    }
  }
}
