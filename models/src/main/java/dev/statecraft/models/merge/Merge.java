package dev.statecraft.models.merge;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.models.InvalidInputException;
import dev.statecraft.models.adapter.Adapter;
import dev.statecraft.models.adapter.AdapterPart;
import dev.statecraft.models.checkpoint.CheckpointSource;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What merging an adapter changes in a checkpoint.
 *
 * @param linears merged linears by the name of their weight
 * @param heads parameters of the adapter's head, which take the place of the checkpoint's by name
 * @param source where the adapter's parameters are read
 */
public record Merge(
    Map<String, MergedLinear> linears, Map<String, Parameter> heads, WeightSource source) {
  private static final String A = ".lora_A.weight";

  public Merge {
    linears = Collections.unmodifiableMap(new LinkedHashMap<>(linears));
    heads = Collections.unmodifiableMap(new LinkedHashMap<>(heads));
  }

  /**
   * The merge of an adapter into a model.
   *
   * @param family the model's, with the head that the adapter has
   * @throws IllegalArgumentException if the method adds to states what no weight can
   * @throws InvalidInputException if the adapter does not fit the model, or the checkpoint lacks a
   *     weight
   */
  public static Merge of(Adapter adapter, ModelFamily family, PretrainedModel model) {
    if (adapter.description().parts().size() != 1
        || !(adapter.description().parts().get(0) instanceof AdapterPart.Projections part)) {
      throw new IllegalArgumentException(
          "merge: expected an adapter of lora or dora, found '"
              + adapter.description().method()
              + "', which "
              + (adapter.description().method().equals("full")
                      || adapter.description().method().equals("probe")
                  ? "trains weights themselves"
                  : "computes between states what no weight of the model can hold")
              + "; use it with --adapter, or export it");
    }
    Graph tuned = adapter.graph(family);
    Map<String, MergedLinear> linears = new LinkedHashMap<>();
    Map<String, Parameter> heads = new LinkedHashMap<>();
    for (Parameter parameter : tuned.trainableParameters()) {
      String name = parameter.name();
      if (parameter.role() == Parameter.Role.HEAD) {
        heads.put(name, parameter);
      } else if (name.endsWith(A)) {
        String module = name.substring(0, name.length() - A.length());
        linears.put(
            module + ".weight",
            new MergedLinear(
                parameter,
                tuned.parameters().get(module + ".lora_B.weight"),
                tuned.parameters().get(module + ".lora_magnitude_vector.weight"),
                part.scale()));
      }
    }
    requireWeights(linears.keySet(), model.checkpoint(), model.name());
    return new Merge(linears, heads, adapter.weights(family, model.weights(tuned)));
  }

  private static void requireWeights(Set<String> wanted, CheckpointSource checkpoint, String name) {
    Set<String> missing = new TreeSet<>(wanted);
    missing.removeAll(checkpoint.names());
    if (!missing.isEmpty()) {
      throw new InvalidInputException(
          name + ": expected the weights to merge into, found none of the names " + missing);
    }
  }

  /** Names of the new checkpoint's tensors: the old one's, and heads that it lacks. */
  Set<String> names(CheckpointSource checkpoint) {
    Set<String> names = new LinkedHashSet<>(checkpoint.names());
    names.addAll(heads.keySet());
    return names;
  }
}
