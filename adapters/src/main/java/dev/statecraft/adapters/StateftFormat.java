package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adapters of the paper's authors' fork of PEFT: {@code peft_type} {@code STATEFT_LORA_V2} or
 * {@code STATEFT_LORA}.
 *
 * <p>A pair of tensors {@code stateft_lora_v2_HEAD-TO-TAIL.lora_A.weight} and {@code
 * .lora_B.weight} is a control edge: what enters the module HEAD goes through B A, times {@code
 * lora_alpha / r}, and is added to what leaves the module TAIL. Dots of modules' names are dashes.
 * {@code target_modules} says which edges there are, by ends of names; as pairs across layers
 * cannot be told by it, the tensors' names are what is read. There is one rank and one scale for
 * all edges.
 */
final class StateftFormat implements AdapterLayout {
  private static final String TYPE = "STATEFT_LORA_V2";
  private static final String FIRST_TYPE = "STATEFT_LORA";
  private static final String KEY = "stateft_lora_v2_";
  private static final String TO = "-TO-";
  private static final Pattern A =
      Pattern.compile(
          "((?:base_model\\.model\\.)?stateft_lora(?:_v2)?_(?<head>[^.]+?)-TO-(?<tail>[^.]+))"
              + "\\.lora_A\\.weight");

  /** Settings that change what is computed, in ways that are not supported. */
  private static final List<String> MUST_BE_FALSE = List.of("lora_bias", "fan_in_fan_out");

  @Override
  public boolean isOf(JsonKeys settings) {
    return settings.get("peft_type").isTextual()
        && List.of(TYPE, FIRST_TYPE).contains(settings.text("peft_type"));
  }

  @Override
  public List<String> weightsFiles() {
    return List.of(AdapterFolder.WEIGHTS_FILE);
  }

  // ---- reading ----

  /** {@inheritDoc} Which edges there are is told by the names of the tensors. */
  @Override
  public AdapterDescription read(
      JsonKeys settings, CheckpointSource file, Map<String, String> metadata, UserFunctions own) {
    for (String key : MUST_BE_FALSE) {
      if (settings.flag(key, false)) {
        throw settings.invalid(key, "false (true is not supported)");
      }
    }
    List<ModuleEdges.Pair> pairs = new ArrayList<>();
    for (String name : file.names()) {
      Matcher edge = A.matcher(name);
      if (edge.matches()) {
        pairs.add(new ModuleEdges.Pair(edge.group("head"), edge.group("tail"), edge.group(1)));
      }
    }
    if (pairs.isEmpty()) {
      throw settings.invalid(
          "peft_type",
          "tensors such as " + KEY + "HEAD" + TO + "TAIL.lora_A.weight in the file beside it");
    }
    int rank = settings.positive("r");
    double alpha = settings.number("lora_alpha");
    double divisor = settings.flag("use_rslora", false) ? Math.sqrt((double) rank) : rank;
    LowRank function =
        new LowRank(
            rank,
            alpha / divisor,
            false,
            PeftFormat.dropout(settings, "lora_dropout"),
            Initializer.KAIMING);
    ModuleEdges edges =
        new ModuleEdges(settings.source(), pairs, function, settings.texts("modules_to_save"));
    return new AdapterDescription(
        "edges",
        settings.optionalText("base_model_name_or_path").orElse(""),
        List.of(edges),
        metadata);
  }

  @Override
  public Map<Parameter, List<String>> keys(
      AdapterDescription description, TaskModel family, Graph tuned) {
    Map<String, String> edges = new LinkedHashMap<>();
    read(description)
        .ifPresentOrElse(
            saved -> saved.pairs().forEach(pair -> edges.put(pair.name(), pair.key())),
            () ->
                StateftEdges.of(family, tuned)
                    .edges()
                    .forEach(edge -> edges.put(edge.parameters(), KEY + edge.modules())));
    Map<Parameter, List<String>> found = new LinkedHashMap<>();
    AdapterKeys.of(description, family, tuned)
        .forEach(
            (parameter, keys) ->
                found.put(
                    parameter,
                    parameter.role() == Parameter.Role.CONTROL
                        ? List.of(key(parameter.name(), edges))
                        : plain(keys)));
    return found;
  }

  /** The edges as they stand in a file, if the adapter comes from one. */
  private static Optional<ModuleEdges> read(AdapterDescription description) {
    return description.parts().get(0).moduleEdges();
  }

  private static String key(String parameter, Map<String, String> edges) {
    String theta = parameter.endsWith("A.weight") ? "A.weight" : "B.weight";
    String begin = parameter.substring(0, parameter.length() - theta.length());
    String edge = begin.endsWith(".") ? begin.substring(0, begin.length() - 1) : begin;
    return edges.get(edge) + ".lora_" + theta;
  }

  /** Of modules that are saved whole we have seen none: they may have PEFT's prefix or not. */
  private static List<String> plain(List<String> keys) {
    List<String> all = new ArrayList<>(keys);
    keys.forEach(key -> all.add(key.substring(AdapterKeys.PREFIX.length())));
    return all;
  }

  // ---- writing ----

  @Override
  public Optional<String> problem(AdapterDescription description, TaskModel family) {
    if (read(description).isPresent()) {
      return Optional.empty();
    }
    Set<Double> scales = new TreeSet<>();
    Set<Integer> ranks = new TreeSet<>();
    for (AdapterPart part : description.parts()) {
      if (part.edges().isEmpty() && part.projections().filter(p -> !p.dora()).isEmpty()) {
        return Optional.of("low-rank control or lora, found '" + description.method() + "'");
      }
      for (ControlEdge edge : part.edges()) {
        if (!(edge.function() instanceof LowRank function) || function.bias()) {
          return Optional.of("low-rank functions without biases, found " + edge);
        }
        scales.add(function.scale());
        ranks.add(function.rank());
      }
      List<String> heads = AdapterConfig.heads(family);
      List<String> whole =
          part.savedModules().orElse(List.of()).stream().filter(m -> !heads.contains(m)).toList();
      if (!whole.isEmpty()) {
        return Optional.of("edges and the head alone, found modules_to_save " + whole);
      }
      if (part.projections().filter(lora -> !lora.patterns().isEmpty()).isPresent()) {
        return Optional.of("one rank and one scale for all edges, found patterns of them");
      }
      if (part.projections().filter(lora -> !lora.beside().equals(Beside.NOTHING)).isPresent()) {
        return Optional.of("edges alone, found biases or tokens that are trained beside");
      }
      part.projections().ifPresent(lora -> scales.add(lora.scale()));
      part.projections().ifPresent(lora -> ranks.add(lora.rank()));
    }
    if (scales.size() > 1 || ranks.size() > 1) {
      return Optional.of(
          "one rank and one scale for all edges, found ranks " + ranks + " and scales " + scales);
    }
    Graph tuned = tuned(description, family);
    Optional<String> problem = StateftEdges.of(family, tuned).problem();
    return problem.isPresent()
        ? problem
        : widths(keys(description, family, tuned)).entrySet().stream()
            .filter(entry -> entry.getValue().size() > 1)
            .map(
                entry ->
                    "one width for edges of a name, found "
                        + entry.getValue()
                        + " of '"
                        + entry.getKey()
                        + "'")
            .findFirst();
  }

  /**
   * The widths {@code [in, out]} of edges by what they are called in {@code target_modules}.
   *
   * @param keys of all parameters, an edge's A right before its B
   */
  private static Map<String, Set<List<Long>>> widths(Map<Parameter, List<String>> keys) {
    Map<String, Set<List<Long>>> widths = new LinkedHashMap<>();
    String target = "";
    long in = 0;
    for (Map.Entry<Parameter, List<String>> entry : keys.entrySet()) {
      Matcher edge = A.matcher(entry.getValue().get(0));
      if (edge.matches()) {
        target = target(edge.group("head")) + TO + target(edge.group("tail"));
        in = entry.getKey().size(1);
      } else if (!target.isEmpty()) {
        widths
            .computeIfAbsent(target, name -> new LinkedHashSet<>())
            .add(List.of(in, entry.getKey().size(0)));
        target = "";
      }
    }
    return widths;
  }

  private static Graph tuned(AdapterDescription description, TaskModel family) {
    return description.tuning(family).apply(family.graph());
  }

  @Override
  public String settings(AdapterDescription description, TaskModel family, List<String> saved) {
    LowRank function =
        read(description)
            .map(ModuleEdges::function)
            .orElseGet(() -> function(description.parts().get(0)));
    Graph tuned = tuned(description, family);
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("peft_type", TYPE);
    root.put("task_type", AdapterConfig.taskType(family));
    root.put("base_model_name_or_path", description.baseModel());
    root.put("inference_mode", true);
    root.put("r", function.rank());
    root.put("lora_alpha", function.scale() * function.rank());
    root.put("lora_dropout", function.dropout());
    root.put("use_rslora", false);
    root.put("lora_bias", false);
    writeTargets(root, widths(keys(description, family, tuned)));
    if (saved.isEmpty()) {
      root.putNull("modules_to_save");
    } else {
      saved.forEach(root.putArray("modules_to_save")::add);
    }
    return AdapterConfig.text(root);
  }

  /**
   * One {@code in_features} and one {@code out_features} for all edges where these are alike; else
   * those of each target, as {@code target_modules} can have them.
   */
  private static void writeTargets(ObjectNode root, Map<String, Set<List<Long>>> widths) {
    Set<List<Long>> different = new LinkedHashSet<>();
    widths.values().forEach(different::addAll);
    if (different.size() == 1) {
      List<Long> all = different.iterator().next();
      root.put("in_features", all.get(0));
      root.put("out_features", all.get(1));
      widths.keySet().forEach(root.putArray("target_modules")::add);
      return;
    }
    root.putNull("in_features");
    root.putNull("out_features");
    ObjectNode targets = root.putObject("target_modules");
    widths.forEach((target, of) -> of.iterator().next().forEach(targets.putArray(target)::add));
  }

  private static LowRank function(AdapterPart part) {
    return part.edges().stream()
        .map(edge -> (LowRank) edge.function())
        .findFirst()
        .orElseGet(
            () -> {
              ProjectionsPart lora = part.projections().orElseThrow();
              return new LowRank(
                  lora.rank(), lora.scale(), false, lora.dropout(), Initializer.KAIMING);
            });
  }

  /** {@code self_attn.q_proj} for {@code model-layers-0-self_attn-q_proj}. */
  private static String target(String dashed) {
    return dashed.replaceFirst("^.*-\\d+-", "").replace('-', '.');
  }
}
