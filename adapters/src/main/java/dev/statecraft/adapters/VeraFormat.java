package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.Vera;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Optional;

/** VeRA as the keys of PEFT's {@code VeraConfig}. A and B are always saved along. */
final class VeraFormat implements PartCodec<VeraPart> {
  private static final String SEED = "projection_prng_key";

  @Override
  public Class<VeraPart> part() {
    return VeraPart.class;
  }

  @Override
  public List<Source<?, VeraPart>> sources() {
    return List.of(new Source<>(Vera.class, VeraFormat::part));
  }

  private static VeraPart part(Vera vera) {
    Targets targets = new Targets.Named(vera.targets(), vera.layers());
    return new VeraPart(vera.rank(), vera.initial(), vera.dropout(), vera.seed(), targets);
  }

  @Override
  public Optional<Alone<VeraPart>> alone() {
    return Optional.of(new Alone<>("VERA", part -> "vera"));
  }

  @Override
  public Optional<String> type() {
    return Optional.of("vera");
  }

  @Override
  public VeraPart read(JsonKeys keys, List<String> saved) {
    if (!keys.flag("save_projection", true)) {
      throw keys.invalid("save_projection", "true (A and B of a file without them are not known)");
    }
    if (keys.flag("fan_in_fan_out", false)) {
      throw keys.invalid("fan_in_fan_out", "false (true is not supported)");
    }
    if (!keys.optionalText("bias").orElse("none").equals("none")) {
      throw keys.invalid("bias", "\"none\" (others are not supported)");
    }
    return new VeraPart(
        keys.positive("r"),
        initial(keys),
        PeftFormat.dropout(keys, "vera_dropout"),
        seed(keys),
        PeftFormat.targets(keys, saved));
  }

  private static double initial(JsonKeys keys) {
    return keys.has("d_initial")
        ? keys.number("d_initial", value -> value != 0, "a number other than 0")
        : SharedLowRank.USUAL_INITIAL;
  }

  private static long seed(JsonKeys keys) {
    JsonNode seed = keys.get(SEED);
    if (keys.has(SEED) && !(seed.isIntegralNumber() && seed.canConvertToLong())) {
      throw keys.invalid(SEED, "a whole number");
    }
    return seed.asLong(0);
  }

  @Override
  public void write(ObjectNode node, VeraPart part, TaskModel family, List<String> saved) {
    PeftFormat.Modules modules =
        PeftFormat.modules(List.of(part.linears().in(family)), family, saved, true);
    node.put("bias", "none");
    node.put("d_initial", part.initial());
    node.put("fan_in_fan_out", false);
    node.put("init_weights", true);
    node.putNull("layers_pattern");
    modules.writeLayers(node);
    node.put(SEED, part.seed());
    node.put("r", part.rank());
    node.put("save_projection", true);
    modules.names().forEach(node.putArray("target_modules")::add);
    node.put("vera_dropout", part.dropout());
  }

  /** The function of an edge between states. */
  static SharedLowRank function(JsonKeys edge) {
    return new SharedLowRank(
        edge.positive("rank"), initial(edge), PeftFormat.dropout(edge, "dropout"), seed(edge));
  }

  static void writeFunction(ObjectNode edge, SharedLowRank function) {
    edge.put("rank", function.rank());
    edge.put("d_initial", function.initial());
    edge.put("dropout", function.dropout());
    edge.put(SEED, function.seed());
  }
}
