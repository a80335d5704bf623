package dev.statecraft.adapters;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.models.head.TaskModel;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the saved parameters of a graph are called in {@code adapter_model.safetensors}; the table
 * is in the package's description.
 */
final class AdapterKeys {
  static final String PREFIX = "base_model.model.";

  /** What PEFT's own module around the model begins with. */
  private static final String WHOLE = "base_model.";

  /** End of the name of a module's bias. */
  static final String BIAS = ".bias";

  private static final String MAGNITUDE = ".lora_magnitude_vector.weight";

  private final TaskModel family;
  private final boolean plain;
  private final List<ControlEdge> edges;
  private final List<Layer> layers;
  private final Set<String> names;

  private AdapterKeys(AdapterDescription description, TaskModel family, Graph graph) {
    this.family = family;
    plain = description.isFull();
    // The longest first: the parameters of 'attn.adapter' begin as those of 'attn' do.
    edges =
        description.parts().stream()
            .flatMap(part -> part.edges().stream())
            .sorted(Comparator.comparing((ControlEdge edge) -> -edge.name().length()))
            .toList();
    layers = graph.layers();
    names = graph.parameters().keySet();
  }

  /**
   * The keys of each saved parameter of a tuned graph: first the one to write, then others under
   * which it may be found.
   */
  static Map<Parameter, List<String>> of(
      AdapterDescription description, TaskModel family, Graph tuned) {
    AdapterKeys keys = new AdapterKeys(description.in(family), family, tuned);
    Map<Parameter, List<String>> found = new LinkedHashMap<>();
    for (Parameter parameter : tuned.parameters().values()) {
      if (parameter.isSaved()) {
        found.put(parameter, keys.keys(parameter));
      }
    }
    return found;
  }

  private List<String> keys(Parameter parameter) {
    String name = parameter.name();
    if (plain) {
      return List.of(name);
    }
    if (!parameter.trainable()) {
      return List.of(WHOLE + name); // Shared by modules, so it belongs to none of them.
    }
    if (parameter.role() == Parameter.Role.CONTROL) {
      Optional<String> control = control(name);
      if (control.isPresent()) {
        return List.of(PREFIX + control.get());
      }
    }
    if (isBiasOfTarget(name)) {
      // The second is how PEFT called it before it put the linear inside a module of its own.
      String module = name.substring(0, name.length() - BIAS.length());
      return keysOf(module + ".base_layer" + BIAS, name);
    }
    String own = SavedModules.original(name);
    return keysOf(
        own.endsWith(MAGNITUDE) ? own.substring(0, own.length() - ".weight".length()) : own);
  }

  /** Whether a linear's bias is trained that LoRA attaches to. */
  private boolean isBiasOfTarget(String name) {
    return name.endsWith(BIAS)
        && names.contains(name.substring(0, name.length() - BIAS.length()) + ".lora_A.weight");
  }

  private List<String> keysOf(String... found) {
    // The second of each is how PEFT called the module before transformers 5 renamed it.
    return Stream.of(found)
        .flatMap(name -> Stream.of(family.backbone().peftModule(name), name))
        .map(name -> PREFIX + name)
        .distinct()
        .toList();
  }

  /**
   * Keys under which PEFT's files have values once more: the head of a tied table, which stays
   * tied.
   *
   * @return the name of the parameter by the key
   */
  static Map<String, String> copies(AdapterDescription description, TaskModel family) {
    Map<String, String> copies = new LinkedHashMap<>();
    description.parts().stream()
        .flatMap(part -> part.projections().stream())
        .flatMap(part -> part.savedModules(family).writtenTwice().stream())
        .forEach(
            tables ->
                copies.put(
                    PREFIX + family.backbone().peftModule(tables.head()), tables.embedding()));
    return copies;
  }

  /**
   * Whether PEFT's files have a tensor that means nothing: with all biases, those of the head that
   * it replaced by a copy, and of the copy once more.
   */
  static boolean isIdle(String key, AdapterDescription description) {
    boolean all =
        description.parts().stream()
            .flatMap(part -> part.projections().stream())
            .anyMatch(part -> part.beside().biases() == Beside.Biases.ALL);
    return all
        && key.endsWith(BIAS)
        && Pattern.compile("\\.(original_module|modules_to_save)\\.").matcher(key).find();
  }

  private Optional<String> control(String parameter) {
    for (ControlEdge edge : edges) {
      boolean perLayer = edge.isPerLayer();
      if (!perLayer && parameter.startsWith(edge.name() + ".")) {
        return Optional.of(edge.name() + "." + theta(parameter, edge.name(), ""));
      }
      for (Layer layer : perLayer ? layers : List.<Layer>of()) {
        String begin = "layers." + layer.index() + "." + edge.name();
        if (parameter.startsWith(begin + ".")) {
          // The reference implementation's names: no suffix for the MLP's.
          String suffix = edge.name().equals("mlp") ? "" : "_" + edge.name().replace('.', '_');
          return Optional.of(
              family.backbone().peftModule(layer.module()) + "." + theta(parameter, begin, suffix));
        }
      }
    }
    return Optional.empty();
  }

  /** {@code lora_A_attn.weight} for {@code A.weight} after the edge's name. */
  private static String theta(String parameter, String begin, String suffix) {
    String theta = parameter.substring(begin.length() + 1);
    int dot = theta.indexOf('.');
    String letter = dot < 0 ? theta : theta.substring(0, dot);
    return "lora_" + letter + suffix + theta.substring(letter.length());
  }
}
