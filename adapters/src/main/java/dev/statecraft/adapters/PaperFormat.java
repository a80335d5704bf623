package dev.statecraft.adapters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.family.PaperControl;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkpoints of the paper's reference implementation (github.com/czhang024/ParallelControl).
 *
 * <p>Its layers own their control as modules, so the keys are those of PyTorch's {@code
 * state_dict}:
 *
 * <ul>
 *   <li>LLaMA (its {@code peft/tuners/control.py}): {@code model.layers.0.lora_A.weight} and {@code
 *       .lora_B.weight} around the MLP, {@code .lora_A_attn.weight} and {@code .lora_B_attn.weight}
 *       around the attention. With LoRA beside it the model is wrapped once more, which puts {@code
 *       base_model.model.} before every key; LoRA's are {@code
 *       base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight} and so on.
 *   <li>RoBERTa ({@code glue/src/model.py}): {@code roberta.encoder.layer.0.lora_A.weight}, and the
 *       head {@code classifier.dense.weight} and so on.
 *   <li>ViT ({@code models/Controller.py}): {@code blocks.0.controller.down_proj.weight}, {@code
 *       .up_proj.weight} and their biases, without a scale; the head is {@code head.weight}.
 * </ul>
 *
 * <p>The settings are {@code adapter_config.json} with the keys of its {@code ControlConfig}
 * ({@code control_rank}, {@code control_alpha}, {@code double_control}, {@code
 * double_control_rank}, {@code control_dropout}); LoRA's four ({@code r}, {@code lora_alpha},
 * {@code lora_dropout}, {@code target_modules}) are put beside them by us, as the reference takes
 * them from its command line. It saves the tensors with {@code torch.save} as {@code model.bin};
 * here they are {@value #WEIGHTS_FILE}. It drops elements of {@code A x} in training where we drop
 * elements of {@code x}.
 */
final class PaperFormat implements AdapterLayout {
  private static final String WEIGHTS_FILE = "model.safetensors";
  static final String VIT_HEAD = "head.weight";

  private static final String RANK = "control_rank";
  private static final Pattern CONTROL =
      Pattern.compile(
          "(?:base_model\\.model\\.)?(?:model\\.layers|roberta\\.encoder\\.layer)"
              + "\\.(\\d{1,6})\\.lora_A(_attn)?\\.weight");
  private static final Pattern LORA =
      Pattern.compile(
          "base_model\\.model\\.model\\.layers\\.(\\d{1,6})\\.[a-z_]+\\.([a-z_]+)\\.lora_A\\.weight");
  private static final Pattern CONTROLLER =
      Pattern.compile("blocks\\.(\\d{1,6})\\.controller\\.down_proj\\.weight");

  @Override
  public boolean isOf(JsonKeys keys) {
    return keys.has(RANK) && !keys.has("parts");
  }

  @Override
  public List<String> weightsFiles() {
    return List.of(WEIGHTS_FILE, AdapterFolder.WEIGHTS_FILE);
  }

  // ---- reading ----

  /** Layers and rank of the tensors of one kind. */
  private static final class Found {
    private final Set<Integer> layers = new TreeSet<>();
    private final Set<String> names = new LinkedHashSet<>();
    private int rank;

    void add(Matcher match, String name, CheckpointSource file) {
      long[] shape = file.entry(match.group()).shape();
      rank = shape.length == 2 ? Math.toIntExact(shape[0]) : 0;
      layers.add(Integer.parseInt(match.group(1)));
      names.add(name);
    }

    LayerSelection selection() {
      return LayerSelection.parse(String.join(",", layers.stream().map(String::valueOf).toList()));
    }
  }

  /** {@inheritDoc} Ranks, layers and targets are those of its tensors. */
  @Override
  public AdapterDescription read(
      JsonKeys keys, CheckpointSource file, Map<String, String> metadata, UserFunctions own) {
    Found mlp = new Found();
    Found attention = new Found();
    Found controller = new Found();
    Found lora = new Found();
    for (String key : file.names()) {
      Matcher control = CONTROL.matcher(key);
      Matcher vit = CONTROLLER.matcher(key);
      Matcher projection = LORA.matcher(key);
      if (control.matches()) {
        (control.group(2) == null ? mlp : attention).add(control, "", file);
      } else if (vit.matches()) {
        controller.add(vit, "", file);
      } else if (projection.matches()) {
        lora.add(projection, projection.group(2), file);
      }
    }
    Found main = controller.layers.isEmpty() ? mlp : controller;
    if (main.rank < 1) {
      throw keys.invalid(
          RANK, "tensors such as model.layers.0.lora_A.weight in " + WEIGHTS_FILE + " beside it");
    }
    boolean biased = main == controller;
    double alpha = biased ? 1 : keys.number("control_alpha");
    List<ControlEdge> edges = new ArrayList<>();
    if (!attention.layers.isEmpty()) {
      edges.add(ControlEdge.around(BlockName.ATTENTION, function(attention, alpha, false, keys)));
    }
    edges.add(ControlEdge.around(BlockName.MLP, function(main, alpha, biased, keys)));
    List<AdapterPart> parts = new ArrayList<>();
    parts.add(new AdapterPart.Control(new StateTuning(edges, main.selection())));
    if (!lora.layers.isEmpty()) {
      parts.add(
          new ProjectionsPart(
              false,
              lora.rank,
              keys.number("lora_alpha"),
              PeftFormat.dropout(keys, "lora_dropout"),
              false,
              new Targets.Named(List.copyOf(lora.names), lora.selection()),
              RankPatterns.NONE));
    }
    return new AdapterDescription(
        !lora.layers.isEmpty() ? "control+lora" : edges.size() > 1 ? "double-control" : "control",
        keys.optionalText("base_model_name_or_path").orElse(""),
        parts,
        metadata);
  }

  private static LowRank function(Found found, double alpha, boolean bias, JsonKeys keys) {
    return new LowRank(
        found.rank, alpha, bias, PeftFormat.dropout(keys, "control_dropout"), Initializer.KAIMING);
  }

  // ---- writing ----

  @Override
  public Optional<String> problem(AdapterDescription any, TaskModel family) {
    AdapterDescription description = any.in(family);
    List<ControlEdge> edges = description.parts().get(0).edges();
    if (edges.isEmpty()) {
      return Optional.of("a control method, found '" + description.method() + "'");
    }
    Optional<PaperControl> held = family.backbone().paper();
    boolean beside = held.map(PaperControl::lora).orElse(false);
    boolean lora =
        description.parts().size() == 2
            && description.parts().get(1).projections().filter(PaperFormat::isPlain).isPresent();
    if (description.parts().size() > 1 && !(lora && beside && edges.size() == 1)) {
      return Optional.of(
          "control alone, or on LLaMA control of the MLP with LoRA, found '"
              + description.method()
              + "'");
    }
    if (held.isEmpty()) {
      return Optional.of("LLaMA, RoBERTa or ViT, found " + family.config().modelType());
    }
    boolean mlp = edges.contains(around(BlockName.MLP, edges));
    boolean attention = edges.contains(around(BlockName.ATTENTION, edges));
    boolean both = held.get().attention();
    if (!mlp || edges.size() != (attention ? 2 : 1) || (attention && !both)) {
      return Optional.of(
          (both ? "control around the MLP, and perhaps the attention" : "control around the MLP")
              + ", found "
              + edges.stream().map(ControlEdge::name).toList());
    }
    return functions(edges, held.get().biased());
  }

  private static boolean isPlain(ProjectionsPart part) {
    return !part.dora()
        && part.patterns().isEmpty()
        && part.beside().equals(Beside.NOTHING)
        && part.targets().savedModules().orElse(List.of()).isEmpty();
  }

  /** The edge around a block if there is one of that name, with whatever function it has. */
  private static ControlEdge around(BlockName block, List<ControlEdge> edges) {
    return edges.stream()
        .filter(edge -> edge.name().equals(block.label()))
        .findFirst()
        .map(edge -> ControlEdge.around(block, edge.function()))
        .orElseGet(() -> ControlEdge.around(block, new LowRank(1, 1, false, 0, Initializer.ZEROS)));
  }

  private static Optional<String> functions(List<ControlEdge> edges, boolean biased) {
    Set<Double> scales = new TreeSet<>();
    for (ControlEdge edge : edges) {
      if (!(edge.function() instanceof LowRank function) || function.bias() != biased) {
        return Optional.of(
            "a low-rank function " + (biased ? "with" : "without") + " biases, found " + edge);
      }
      scales.add(function.scale());
    }
    if (scales.size() > 1 || (biased && !scales.contains(1.0))) {
      return Optional.of((biased ? "alpha 1" : "one alpha") + " for all edges, found " + scales);
    }
    return Optional.empty();
  }

  /** The settings, as its {@code ControlConfig} saves them. */
  @Override
  public String settings(AdapterDescription description, TaskModel family, List<String> saved) {
    LowRank mlp = null;
    Optional<LowRank> attention = Optional.empty();
    for (ControlEdge edge : description.parts().get(0).edges()) {
      if (edge.name().equals(BlockName.MLP.label())) {
        mlp = (LowRank) edge.function();
      } else {
        attention = Optional.of((LowRank) edge.function());
      }
    }
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("base_model_name_or_path", description.baseModel());
    root.put("bias", "none");
    root.put("control_alpha", mlp.scale());
    root.put("control_dropout", mlp.dropout());
    root.put(RANK, mlp.rank());
    root.put("double_control", attention.isPresent());
    root.put("double_control_rank", attention.map(LowRank::rank).orElse(mlp.rank()));
    root.put("inference_mode", true);
    root.putArray("modules_to_save");
    root.put("peft_type", "CONTROL");
    root.put("task_type", AdapterConfig.taskType(family));
    if (description.parts().size() > 1) {
      ProjectionsPart lora = description.parts().get(1).projections().orElseThrow();
      root.put("lora_alpha", lora.numerator());
      root.put("lora_dropout", lora.dropout());
      root.put("r", lora.rank());
      lora.targets().in(family).names().forEach(root.putArray("target_modules")::add);
    }
    return AdapterConfig.text(root);
  }

  @Override
  public Map<Parameter, List<String>> keys(
      AdapterDescription description, TaskModel family, Graph tuned) {
    Map<Parameter, List<String>> found = new LinkedHashMap<>();
    Optional<UnaryOperator<String>> renamed =
        family.backbone().paper().flatMap(PaperControl::renamed);
    boolean wrapped = description.parts().size() > 1;
    AdapterKeys.of(description, family, tuned)
        .forEach(
            (parameter, keys) -> {
              String ours = keys.get(0);
              String plain = ours.substring(AdapterKeys.PREFIX.length());
              if (renamed.isPresent()) {
                found.put(parameter, List.of(renamed.get().apply(parameter.name())));
              } else {
                found.put(parameter, wrapped ? List.of(ours, plain) : List.of(plain, ours));
              }
            });
    return found;
  }
}
