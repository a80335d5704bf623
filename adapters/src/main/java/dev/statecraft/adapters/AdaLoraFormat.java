package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** AdaLoRA as the keys of PEFT's {@code AdaLoraConfig}. */
final class AdaLoraFormat implements PartCodec<AdaLoraPart> {
  private static final String PATTERN = "rank_pattern";

  /** What the names of matrices in {@link #PATTERN} end with, and perhaps the adapter's name. */
  private static final String MATRIX = "\\.lora_E(\\.[^.]+)?$";

  /** Settings of {@code LoraConfig} that PEFT heeds here too. */
  private static final List<String> UNSUPPORTED =
      List.of("layer_replication", "target_parameters", "trainable_token_indices");

  /** PEFT's default of both decays. */
  private static final double USUAL_DECAY = 0.85;

  private static final double USUAL_ORTHOGONALITY = 0.5;

  @Override
  public Class<AdaLoraPart> part() {
    return AdaLoraPart.class;
  }

  @Override
  public List<Source<?, AdaLoraPart>> sources() {
    return List.of(new Source<>(AdaLora.class, AdaLoraFormat::part));
  }

  private static AdaLoraPart part(AdaLora tuning) {
    if (!tuning.left().isEmpty()) {
      throw new IllegalArgumentException(
          "an adapter: expected AdaLoRA with all ranks, of which saving leaves out what is 0");
    }
    return new AdaLoraPart(
        tuning.rank(),
        tuning.alpha(),
        tuning.dropout(),
        tuning.orthogonality(),
        tuning.budget(),
        new Targets.Named(tuning.targets(), tuning.layers()),
        Map.of());
  }

  @Override
  public Optional<Alone<AdaLoraPart>> alone() {
    return Optional.of(new Alone<>("ADALORA", part -> "adalora"));
  }

  @Override
  public Optional<String> type() {
    return Optional.of("adalora");
  }

  @Override
  public AdaLoraPart read(JsonKeys keys, List<String> saved) {
    for (String key : List.of("fan_in_fan_out", "use_dora", "lora_bias")) {
      if (keys.flag(key, false)) {
        throw keys.invalid(key, "false (true is not supported)");
      }
    }
    for (String key : UNSUPPORTED) {
      if (keys.has(key) && !(keys.get(key).isContainerNode() && keys.get(key).isEmpty())) {
        throw keys.invalid(key, "none (others are not supported)");
      }
    }
    if (!keys.optionalText("bias").orElse("none").equals("none")) {
      throw keys.invalid("bias", "\"none\" (others are not supported)");
    }
    int rank = keys.has("init_r") ? keys.positive("init_r") : 12;
    RankBudget budget = budget(keys, rank);
    return new AdaLoraPart(
        rank,
        alpha(keys, rank),
        PeftFormat.dropout(keys, "lora_dropout"),
        keys.has("orth_reg_weight")
            ? keys.number("orth_reg_weight", weight -> weight >= 0, "a number of 0 or more")
            : USUAL_ORTHOGONALITY,
        budget,
        PeftFormat.targets(keys, saved),
        pattern(keys, rank));
  }

  /** PEFT takes the rank for what is not above 0. */
  private static double alpha(JsonKeys keys, int rank) {
    double alpha = keys.has("lora_alpha") ? keys.number("lora_alpha") : 8;
    return alpha > 0 ? alpha : rank;
  }

  private static RankBudget budget(JsonKeys keys, int rank) {
    int target = keys.has("target_r") ? keys.positive("target_r") : 8;
    int steps = keys.positive("total_step");
    int settled = count(keys, "tfinal");
    int warmup = count(keys, "tinit");
    if (warmup >= steps - settled) {
      throw keys.invalid("tinit", "less than total_step - tfinal, " + (steps - settled));
    }
    return new RankBudget(
        Math.min(target, rank), // As PEFT takes it, which does not compare them.
        warmup,
        settled,
        keys.has("deltaT") ? keys.positive("deltaT") : 1,
        steps,
        decay(keys, "beta1"),
        decay(keys, "beta2"));
  }

  private static int count(JsonKeys keys, String key) {
    return keys.has(key) ? keys.whole(key, 0, "a whole number of 0 or more") : 0;
  }

  private static double decay(JsonKeys keys, String key) {
    return keys.has(key)
        ? keys.number(key, decay -> decay > 0 && decay < 1, "a number between 0 and 1")
        : USUAL_DECAY;
  }

  private static Map<String, List<Boolean>> pattern(JsonKeys keys, int rank) {
    Map<String, List<Boolean>> pattern = new LinkedHashMap<>();
    if (!keys.has(PATTERN)) {
      return pattern;
    }
    JsonKeys all = keys.object(PATTERN);
    Iterator<String> names = all.node().fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      List<Boolean> kept = new ArrayList<>();
      for (JsonNode each : all.get(name)) {
        if (each.isBoolean()) {
          kept.add(each.asBoolean());
        }
      }
      if (kept.size() != rank || all.get(name).size() != rank) {
        throw all.invalid(name, "init_r = " + rank + " of true and false");
      }
      pattern.put(name.replaceFirst(MATRIX, ""), kept);
    }
    return pattern;
  }

  @Override
  public void write(ObjectNode node, AdaLoraPart part, TaskModel family, List<String> saved) {
    PeftFormat.Modules modules =
        PeftFormat.modules(List.of(part.linears().in(family)), family, saved, true);
    RankBudget budget = part.budget();
    node.put("beta1", budget.sensitivityDecay());
    node.put("beta2", budget.uncertaintyDecay());
    node.put("bias", "none");
    node.put("deltaT", budget.interval());
    node.put("fan_in_fan_out", false);
    node.put("init_lora_weights", true);
    node.put("init_r", part.rank());
    node.putNull("layers_pattern");
    modules.writeLayers(node);
    PeftFormat.writeAlpha(node, part.alpha());
    node.put("lora_dropout", part.dropout());
    node.put("orth_reg_weight", part.orthogonality());
    if (part.kept().isEmpty()) {
      node.putNull(PATTERN);
    } else {
      ObjectNode pattern = node.putObject(PATTERN);
      part.kept()
          .forEach(
              (module, kept) -> {
                ArrayNode array = pattern.putArray(module + AdaLora.VALUES);
                kept.forEach(array::add);
              });
    }
    modules.names().forEach(node.putArray("target_modules")::add);
    node.put("target_r", budget.target());
    node.put("tfinal", budget.settled());
    node.put("tinit", budget.warmup());
    node.put("total_step", budget.steps());
  }
}
