package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** LoRA and DoRA as the keys of PEFT's {@code LoraConfig}. */
final class PeftFormat implements PartCodec<ProjectionsPart> {
  /** {@code peft_type} of all that PEFT has a word for. */
  private static final String LORA = "LORA";

  /** Settings that change what an adapter computes, in ways that are not supported. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "layer_replication",
          "target_parameters",
          "alora_invocation_tokens",
          "arrow_config",
          "kasa_config",
          "velora_config",
          "use_bdlora",
          "monteclora_config");

  private static final List<String> MUST_BE_FALSE = List.of("fan_in_fan_out");

  @Override
  public Class<ProjectionsPart> part() {
    return ProjectionsPart.class;
  }

  @Override
  public List<Source<?, ProjectionsPart>> sources() {
    return List.of(
        new Source<>(Lora.class, PeftFormat::part),
        new Source<>(Dora.class, PeftFormat::part),
        new Source<>(PeftTuning.class, PeftTuning::part));
  }

  private static ProjectionsPart part(Lora lora) {
    Targets targets = new Targets.Named(lora.targets(), lora.layers());
    Beside beside = new Beside(Beside.Biases.NONE, lora.bias(), Map.of(), false);
    return new ProjectionsPart(
        false,
        lora.rank(),
        lora.alpha(),
        lora.dropout(),
        false,
        targets,
        RankPatterns.NONE,
        beside,
        lora.init());
  }

  private static ProjectionsPart part(Dora dora) {
    Targets targets = new Targets.Named(dora.targets(), dora.layers());
    return new ProjectionsPart(
        true,
        dora.rank(),
        dora.alpha(),
        dora.dropout(),
        false,
        targets,
        RankPatterns.NONE,
        Beside.NOTHING,
        dora.init());
  }

  @Override
  public Optional<Alone<ProjectionsPart>> alone() {
    return Optional.of(new Alone<>(LORA, part -> part.dora() ? "dora" : "lora"));
  }

  @Override
  public Optional<String> type() {
    return Optional.of("lora");
  }

  @Override
  public ProjectionsPart read(JsonKeys keys, List<String> saved) {
    for (String key : UNSUPPORTED) {
      boolean nothing = keys.get(key).isContainerNode() && keys.get(key).isEmpty();
      if (keys.has(key) && !nothing && !keys.get(key).equals(BooleanNode.FALSE)) {
        throw keys.invalid(key, "none (others are not supported)");
      }
    }
    for (String key : MUST_BE_FALSE) {
      if (keys.flag(key, false)) {
        throw keys.invalid(key, "false (true is not supported)");
      }
    }
    if (keys.flag("use_qalora", false)) {
      throw keys.invalid(
          "use_qalora",
          "false (PEFT has it for GPTQ bases alone, which are not read; the method qa-lora is ours,"
              + " on a base in int4)");
    }
    return new ProjectionsPart(
        keys.flag("use_dora", false),
        keys.positive("r"),
        keys.number("lora_alpha"),
        dropout(keys, "lora_dropout"),
        keys.flag("use_rslora", false),
        targets(keys, saved),
        patterns(keys),
        BesideFormat.read(keys),
        PeftStarts.read(keys));
  }

  private static RankPatterns patterns(JsonKeys keys) {
    Map<String, Integer> ranks = new LinkedHashMap<>();
    Map<String, Double> alphas = new LinkedHashMap<>();
    patterns(keys, "rank_pattern", (all, key) -> ranks.put(key, all.positive(key)));
    patterns(keys, "alpha_pattern", (all, key) -> alphas.put(key, all.number(key)));
    return new RankPatterns(ranks, alphas);
  }

  private static void patterns(JsonKeys keys, String key, BiConsumer<JsonKeys, String> reader) {
    if (!keys.has(key)) {
      return;
    }
    JsonKeys all = keys.object(key);
    Iterator<String> names = all.node().fieldNames();
    while (names.hasNext()) {
      String pattern = names.next();
      try {
        RankPatterns.form(pattern);
      } catch (PatternSyntaxException e) {
        throw keys.invalid(key, "regular expressions for names of modules");
      }
      reader.accept(all, pattern);
    }
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
    ModuleNames modules = names(keys, key);
    for (String restriction : List.of("layers_to_transform", "layers_pattern")) {
      if (keys.get(key).isTextual()
          && keys.has(restriction)
          && !(keys.get(restriction).isContainerNode() && keys.get(restriction).isEmpty())) {
        throw keys.invalid(restriction, "none beside " + key + " in one string, as in PEFT");
      }
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
        modules,
        keys.has("exclude_modules") ? names(keys, "exclude_modules") : ModuleNames.ends(List.of()),
        keys.counts("layers_to_transform"),
        patterns,
        saved);
  }

  /** A list of names, one regular expression, or {@code all-linear}. */
  private static ModuleNames names(JsonKeys keys, String key) {
    if (keys.get(key).isArray()) {
      return ModuleNames.ends(keys.texts(key));
    }
    if (!keys.get(key).isTextual()) {
      throw keys.invalid(key, "a list of names or one regular expression");
    }
    String text = keys.text(key);
    boolean all = key.equals("target_modules") && text.equalsIgnoreCase("all-linear");
    try {
      return new ModuleNames(
          List.of(), all ? Optional.empty() : Optional.of(Pattern.compile(text)), all);
    } catch (PatternSyntaxException e) {
      throw keys.invalid(key, "a list of names or one regular expression");
    }
  }

  @Override
  public void write(ObjectNode node, ProjectionsPart part, TaskModel family, List<String> saved) {
    ObjectNode alphas = node.putObject("alpha_pattern");
    part.patterns().alphas().forEach(alphas::put);
    BesideFormat.write(node, part.beside());
    node.put("fan_in_fan_out", false);
    PeftStarts.write(node, part.start());
    node.putNull("layers_pattern");
    List<Targets.Named> wanted =
        part.targets().groups(family, part.rank(), part.alpha(), part.patterns()).stream()
            .map(Targets.Group::targets)
            .toList();
    Modules modules = modules(wanted, family, saved, true);
    modules.writeLayers(node);
    writeAlpha(node, part.alpha());
    node.put("lora_dropout", part.dropout());
    node.put("r", part.rank());
    ObjectNode ranks = node.putObject("rank_pattern");
    part.patterns().ranks().forEach(ranks::put);
    modules.names().forEach(node.putArray("target_modules")::add);
    node.put("use_dora", part.dora());
    node.put("use_rslora", part.rankStabilized());
  }

  /** {@code lora_alpha}, whole where it can be. */
  static void writeAlpha(ObjectNode node, double alpha) {
    if (alpha == Math.rint(alpha) && Math.abs(alpha) < 1e9) {
      node.put("lora_alpha", (long) alpha);
    } else {
      node.put("lora_alpha", alpha);
    }
  }

  /**
   * Linears as PEFT's settings say which.
   *
   * @param names {@code target_modules}
   * @param layers {@code layers_to_transform}; empty for all
   */
  record Modules(List<String> names, List<Integer> layers) {
    void writeLayers(ObjectNode node) {
      if (layers.isEmpty()) {
        node.putNull("layers_to_transform");
      } else {
        layers.forEach(node.putArray("layers_to_transform")::add);
      }
    }
  }

  /**
   * Short names where PEFT finds the same linears by them, else every linear's full name.
   *
   * @param byLayer whether the settings have {@code layers_to_transform}
   */
  static Modules modules(
      List<Targets.Named> wanted, TaskModel family, List<String> saved, boolean byLayer) {
    List<Projection> all = Projection.of(family);
    List<Layer> known = family.graph().layers();
    Set<Integer> chosen = new TreeSet<>();
    Set<String> shortNames = new LinkedHashSet<>();
    Set<String> full = new LinkedHashSet<>();
    for (Targets.Named named : wanted) {
      named.layers().of(known).forEach(layer -> chosen.add(layer.index()));
      named.names().forEach(name -> shortNames.add(family.backbone().peftTarget(name)));
      projections(named, family).forEach(projection -> full.add(projection.peftModule()));
    }
    List<Integer> restricted =
        chosen.size() == known.size() || !byLayer ? List.of() : List.copyOf(chosen);
    ModuleTargets asPeft =
        new ModuleTargets(
            "",
            ModuleNames.ends(List.copyOf(shortNames)),
            ModuleNames.ends(List.of()),
            restricted,
            List.of(),
            saved);
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
