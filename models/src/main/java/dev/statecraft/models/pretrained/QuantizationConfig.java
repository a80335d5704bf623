package dev.statecraft.models.pretrained;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.config.ConfigKeys;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The key {@code quantization_config} of a {@code config.json}: how a folder's linears are held, if
 * not as floats. Ours has {@code format: statecraft}, {@code bits: 4} and {@code group_size}; the
 * linears are then {@linkplain dev.statecraft.formats.checkpoint.PackedMatrix packed}. It has no
 * {@code quant_method}, without which transformers refuses the folder: with one that it does not
 * know, it would open it with random linears.
 */
public final class QuantizationConfig {
  private static final String KEY = "quantization_config";
  private static final String MLX = "quantization";
  private static final String METHOD = "quant_method";
  private static final String FORMAT = "format";
  private static final String OURS = "statecraft";
  private static final String GROUP = "group_size";
  private static final int BITS = 4;

  private QuantizationConfig() {}

  /**
   * The group of a folder's packed linears; empty if they are floats.
   *
   * @throws InvalidInputException if the weights are packed or scaled as some other library
   *     quantizes them
   */
  static OptionalInt group(ConfigKeys config) {
    Optional<ConfigKeys> found = config.object(KEY);
    if (found.isEmpty()) {
      return OptionalInt.empty();
    }
    ConfigKeys keys = found.get();
    Optional<String> method = keys.optionalText(METHOD);
    if (method.isPresent() || !keys.optionalText(FORMAT).equals(Optional.of(OURS))) {
      throw quantized(config, KEY, method);
    }
    keys.require(keys.positive("bits") == BITS, "bits", "4");
    int group = keys.positive(GROUP);
    keys.require(group % 2 == 0, GROUP, "an even number");
    return OptionalInt.of(group);
  }

  /**
   * Refuses a folder of MLX, which has the key {@code quantization} beside ours.
   *
   * @throws InvalidInputException if it is one
   */
  static void refuseMlx(ConfigKeys config) {
    if (config.node().path(MLX).isObject()) {
      throw quantized(config, MLX, Optional.of("MLX"));
    }
  }

  private static InvalidInputException quantized(
      ConfigKeys config, String key, Optional<String> by) {
    return config.invalid(
        key,
        "weights as they were trained",
        "some quantized"
            + by.map(name -> " by " + name).orElse("")
            + ", which are not read: take the original model; 'quantize: nf4' quantizes it here");
  }

  /** Writes it into a configuration; without a group, there is none. */
  public static void write(ObjectNode config, OptionalInt group) {
    if (group.isEmpty()) {
      config.remove(KEY);
      return;
    }
    ObjectNode node = config.putObject(KEY);
    node.put(FORMAT, OURS);
    node.put("bits", BITS);
    node.put(GROUP, group.getAsInt());
  }
}
