package dev.statecraft.adapters.merge;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.NamedTensors;
import dev.statecraft.models.family.TiedTables;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What merging an adapter changes in a checkpoint.
 *
 * @param linears what is merged, by the name of the weight or bias
 * @param replaced parameters whose trained values take the place of the checkpoint's by name:
 *     heads, and after full tuning all weights
 * @param trained where those values are, and the parameters of merged linears
 * @param unties the tied table that is two tables from now on, if it is
 */
public record Merge(
    Map<String, MergedLinear> linears,
    Map<String, Parameter> replaced,
    CheckpointSource trained,
    Optional<TiedTables> unties) {
  /** Copies. */
  public Merge {
    linears = Collections.unmodifiableMap(new LinkedHashMap<>(linears));
    replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
  }

  /**
   * The merge of an adapter into a model.
   *
   * @param family the model's, with the head that the adapter has
   * @throws UsageException if the method adds to states what no weight can
   * @throws InvalidInputException if the adapter does not fit the model, or the checkpoint lacks a
   *     weight
   */
  public static Merge of(Adapter adapter, TaskModel family, PretrainedModel model) {
    AdapterPart part = onlyPart(adapter);
    Graph tuned = adapter.graph(family);
    CheckpointSource trained = adapter.trained(family, model.checkpoint().names()::contains);
    Map<String, MergedLinear> linears = new LinkedHashMap<>();
    Map<String, Parameter> replaced = new LinkedHashMap<>();
    Optional<MergedPeft> peft =
        part.projections().map(projections -> new MergedPeft(projections, family, tuned));
    for (Parameter parameter : tuned.trainableParameters()) {
      String name = parameter.name();
      boolean own =
          parameter.role() == Parameter.Role.HEAD || parameter.role() == Parameter.Role.BASE;
      if (own && trained.names().contains(name)) {
        replaced.put(name, parameter);
      } else if (name.endsWith(Vera.D_SUFFIX)) {
        String module = name.substring(0, name.length() - Vera.D_SUFFIX.length());
        linears.put(module + ".weight", shared(tuned, module));
      }
    }
    model.report(tuned).refuse(model.name());
    Map<String, String> copies = peft.map(MergedPeft::copies).orElse(Map.of());
    copies.forEach((name, copy) -> replaced.put(name, tuned.parameters().get(copy)));
    peft.ifPresent(merged -> linears.putAll(merged.linears()));
    return new Merge(linears, replaced, renamed(trained, copies), peft.flatMap(MergedPeft::unties));
  }

  /** The same tensors, copies of modules under the names of what they take the place of. */
  private static CheckpointSource renamed(CheckpointSource trained, Map<String, String> copies) {
    Map<String, String> names = new HashMap<>();
    trained.names().forEach(name -> names.put(name, name));
    names.putAll(copies);
    return new NamedTensors(trained, names);
  }

  /** The checkpoint that is merged into: with a head of its own where a table was tied. */
  CheckpointSource base(CheckpointSource checkpoint) {
    if (unties.isEmpty()) {
      return checkpoint;
    }
    Map<String, String> names = new HashMap<>();
    checkpoint.names().forEach(name -> names.put(name, name));
    names.put(unties.get().head(), unties.get().embedding());
    return new NamedTensors(checkpoint, names);
  }

  /** The family that is written: without tied tables where they are two now. */
  TaskModel family(TaskModel family) {
    return unties.isEmpty()
        ? family
        : new TaskModel(family.config().untied().backbone(), family.head(), family.objective());
  }

  private static MergedLinear shared(Graph tuned, String module) {
    Map<String, Parameter> parameters = tuned.parameters();
    return new MergedLinear.Shared(
        parameters.get(module + Vera.D_SUFFIX),
        parameters.get(module + Vera.B_SUFFIX),
        parameters.get(Vera.A),
        parameters.get(Vera.B),
        parameters.get(module + ".weight").size(1));
  }

  private static AdapterPart onlyPart(Adapter adapter) {
    AdapterPart first = adapter.description().parts().get(0);
    if (adapter.description().parts().size() != 1 || !first.isInWeights()) {
      throw new UsageException(
          "merge: expected an adapter of lora, dora, vera, full or probe,"
              + " found '"
              + adapter.description().method()
              + "', which computes between states what no weight of the model can hold; use it with"
              + " --adapter, or export it");
    }
    return first;
  }

  /** Whether a trained head takes the place of the model's, if it has one. */
  boolean hasHead() {
    return replaced.values().stream()
        .anyMatch(parameter -> parameter.role() == Parameter.Role.HEAD);
  }
}
