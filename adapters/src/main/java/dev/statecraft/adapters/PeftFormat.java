package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** LoRA and DoRA as the keys of PEFT's {@code LoraConfig}. */
final class PeftFormat implements PartCodec<AdapterPart.Projections> {
  /** {@code peft_type} of all that PEFT has a word for. */
  private static final String LORA = "LORA";

  /** Settings that change what an adapter computes, in ways that are not supported. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "rank_pattern",
          "alpha_pattern",
          "layer_replication",
          "target_parameters",
          "trainable_token_indices",
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "use_bdlora",
          "monteclora_config");

  private static final List<String> MUST_BE_FALSE =
      List.of("fan_in_fan_out", "lora_bias", "use_qalora");

  /** Ways to start A and B that leave the base weights alone. */
  private static final Set<String> HARMLESS_STARTS = Set.of("gaussian", "eva", "orthogonal");

  @Override
  public Class<AdapterPart.Projections> part() {
    return AdapterPart.Projections.class;
  }

  @Override
  public List<Source<?, AdapterPart.Projections>> sources() {
    return List.of(
        new Source<>(Lora.class, PeftFormat::part), new Source<>(Dora.class, PeftFormat::part));
  }

  private static AdapterPart.Projections part(Lora lora) {
    Targets targets = new Targets.Named(lora.targets(), lora.layers());
    return new AdapterPart.Projections(
        false, lora.rank(), lora.alpha(), lora.dropout(), false, targets);
  }

  private static AdapterPart.Projections part(Dora dora) {
    Targets targets = new Targets.Named(dora.targets(), dora.layers());
    return new AdapterPart.Projections(
        true, dora.rank(), dora.alpha(), dora.dropout(), false, targets);
  }

  @Override
  public Optional<Alone<AdapterPart.Projections>> alone() {
    return Optional.of(new Alone<>(LORA, part -> part.dora() ? "dora" : "lora"));
  }

  @Override
  public Optional<String> type() {
    return Optional.of("lora");
  }

  @Override
  public AdapterPart.Projections read(JsonKeys keys, List<String> saved) {
    for (String key : UNSUPPORTED) {
      if (keys.has(key) && !(keys.get(key).isContainerNode() && keys.get(key).isEmpty())) {
        throw keys.invalid(key, "none (others are not supported)");
      }
    }
    for (String key : MUST_BE_FALSE) {
      if (keys.flag(key, false)) {
        throw keys.invalid(key, "false (true is not supported)");
      }
    }
    if (!keys.optionalText("bias").orElse("none").equals("none")) {
      throw keys.invalid("bias", "\"none\" (others are not supported)");
    }
    if (keys.get("init_lora_weights").isTextual()
        && !HARMLESS_STARTS.contains(keys.text("init_lora_weights"))) {
      throw keys.invalid(
          "init_lora_weights",
          "true, false or one of "
              + HARMLESS_STARTS.stream().sorted().toList()
              + " (others change the base weights)");
    }
    return new AdapterPart.Projections(
        keys.flag("use_dora", false),
        keys.positive("r"),
        keys.number("lora_alpha"),
        dropout(keys, "lora_dropout"),
        keys.flag("use_rslora", false),
        targets(keys, saved));
  }

  /** A probability from 0 to below 1; 0 if absent. */
  static double dropout(JsonKeys keys, String key) {
    double value = keys.has(key) ? keys.number(key) : 0;
    if (!(value >= 0 && value < 1)) {
      throw keys.invalid(key, "a number from 0 to below 1");
    }
    return value;
  }

  /** The linears that {@code target_modules} and the keys beside it say. */
  static Targets targets(JsonKeys keys, List<String> saved) {
    String key = "target_modules";
    if (!keys.get(key).isArray()) {
      throw keys.invalid(key, "a list of names (one regular expression is not supported)");
    }
    if (keys.has("exclude_modules") && !keys.get("exclude_modules").isArray()) {
      throw keys.invalid("exclude_modules", "a list of names");
    }
    List<String> patterns =
        keys.get("layers_pattern").isTextual()
            ? Stream.of(keys.text("layers_pattern")).filter(text -> !text.isEmpty()).toList()
            : keys.texts("layers_pattern");
    if (!patterns.stream().allMatch(pattern -> pattern.matches("[A-Za-z0-9_.]+"))) {
      throw keys.invalid("layers_pattern", "names (regular expressions are not supported)");
    }
    return new ModuleTargets(
        keys.source() + ": " + keys.prefix(),
        keys.texts(key),
        keys.texts("exclude_modules"),
        keys.counts("layers_to_transform"),
        patterns,
        saved);
  }

  @Override
  public void write(
      ObjectNode node, AdapterPart.Projections part, TaskModel family, List<String> saved) {
    node.putObject("alpha_pattern");
    node.put("bias", "none");
    node.put("fan_in_fan_out", false);
    node.put("init_lora_weights", true);
    node.putNull("layers_pattern");
    Modules modules = modules(part.targets().in(family), family, saved, true);
    if (modules.layers().isEmpty()) {
      node.putNull("layers_to_transform");
    } else {
      modules.layers().forEach(node.putArray("layers_to_transform")::add);
    }
    if (part.alpha() == Math.rint(part.alpha()) && Math.abs(part.alpha()) < 1e9) {
      node.put("lora_alpha", (long) part.alpha());
    } else {
      node.put("lora_alpha", part.alpha());
    }
    node.put("lora_dropout", part.dropout());
    node.put("r", part.rank());
    node.putObject("rank_pattern");
    modules.names().forEach(node.putArray("target_modules")::add);
    node.put("use_dora", part.dora());
    node.put("use_rslora", part.rankStabilized());
  }

  /**
   * Linears as PEFT's settings say which.
   *
   * @param names {@code target_modules}
   * @param layers {@code layers_to_transform}; empty for all
   */
  record Modules(List<String> names, List<Integer> layers) {}

  /**
   * Short names where PEFT finds the same linears by them, else every linear's full name.
   *
   * @param byLayer whether the settings have {@code layers_to_transform}
   */
  static Modules modules(
      Targets.Named wanted, TaskModel family, List<String> saved, boolean byLayer) {
    List<Projection> all = Projection.of(family);
    List<Layer> known = family.graph().layers();
    List<Integer> layers = wanted.layers().of(known).stream().map(Layer::index).toList();
    List<Integer> restricted = layers.size() == known.size() || !byLayer ? List.of() : layers;
    Set<String> shortNames = new LinkedHashSet<>();
    wanted.names().forEach(name -> shortNames.add(family.backbone().peftTarget(name)));
    Set<String> full = new LinkedHashSet<>();
    projections(wanted, family).forEach(projection -> full.add(projection.peftModule()));
    ModuleTargets asPeft =
        new ModuleTargets("", List.copyOf(shortNames), List.of(), restricted, List.of(), saved);
    Set<String> found = new HashSet<>();
    for (Projection projection : all) {
      if (asPeft.matches(List.of(projection.peftModule()))) {
        found.add(projection.peftModule());
      }
    }
    return found.equals(full)
        ? new Modules(new ArrayList<>(shortNames), restricted)
        : new Modules(new ArrayList<>(full), List.of());
  }

  /** The linears that short names and layers mean, in the graph's order. */
  static List<Projection> projections(Targets.Named wanted, TaskModel family) {
    List<Integer> layers =
        wanted.layers().of(family.graph().layers()).stream().map(Layer::index).toList();
    return Projection.of(family).stream()
        .filter(projection -> layers.contains(projection.layer()))
        .filter(projection -> projection.targets().stream().anyMatch(wanted.names()::contains))
        .toList();
  }
}
