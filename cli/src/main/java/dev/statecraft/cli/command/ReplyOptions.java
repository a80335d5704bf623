package dev.statecraft.cli.command;

import dev.statecraft.studio.engine.ChatRequest;
import dev.statecraft.studio.engine.GenerateRequest.Sampling;
import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how text is generated. */
final class ReplyOptions {
  @Option(
      names = "--max-new-tokens",
      defaultValue = "128",
      paramLabel = "N",
      description = "The most tokens to add (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens;

  @Option(
      names = "--greedy",
      description =
          "Always take the most probable token. This is so unless --temperature is given.")
  private boolean greedy;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "Choose at random; the higher, the wilder.")
  private Double temperature;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Choose among the K most probable tokens.")
  private Integer topK;

  @Option(
      names = "--top-p",
      paramLabel = "P",
      description = "Choose among the fewest tokens that make up the probability P.")
  private Double topP;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Of the random choice (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private WeightTypeOption type;

  @Mixin private DeviceOption device;

  int maxNewTokens() {
    return maxNewTokens;
  }

  DType dtype() {
    return type.dtype();
  }

  Device device() {
    return device.device();
  }

  ChatRequest chat(TunedModel model, List<NamedAdapter> adapters) {
    return new ChatRequest(model, adapters, maxNewTokens, sampling(), dtype(), device());
  }

  Sampling sampling() {
    if (temperature == null) {
      if (topK != null || topP != null) {
        throw new RecipeException(
            "--top-k and --top-p: expected --temperature beside them, found greedy decoding");
      }
      return Sampling.GREEDY;
    }
    if (greedy) {
      throw new RecipeException("expected either --greedy or --temperature, found both");
    }
    return new Sampling(
        temperature,
        topK == null ? OptionalInt.empty() : OptionalInt.of(topK),
        topP == null ? OptionalDouble.empty() : OptionalDouble.of(topP),
        seed);
  }
}
