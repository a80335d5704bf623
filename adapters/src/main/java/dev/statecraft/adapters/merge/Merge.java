package dev.statecraft.adapters.merge;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.InputGroups;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.QuantizableWeights;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.NamedTensors;
import dev.statecraft.models.family.TiedTables;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What merging an adapter changes in a checkpoint.
 *
 * @param linears what is merged, by the name of the weight or bias
 * @param replaced parameters whose trained values take the place of the checkpoint's by name:
 *     heads, trained biases, norms and modules, copies of tied tables, and after full tuning all
 * @param trained where those values are, and the parameters of merged linears
 * @param held the base in 4 bits, if the update goes into its zero points; then no linear is merged
 * @param unties the tied table that is two tables from now on, if it is
 */
public record Merge(
    Map<String, MergedLinear> linears,
    Map<String, Parameter> replaced,
    CheckpointSource trained,
    Optional<HeldBase> held,
    Optional<TiedTables> unties) {
  private static final String A = ".lora_A.weight";
  private static final String B = ".lora_B.weight";

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
    return of(adapter, family, model, Optional.empty());
  }

  /**
   * The merge of an adapter into a model or, if its update is one of zero points, into those of the
   * model in 4 bits.
   *
   * @param family the model's, with the head that the adapter has
   * @throws UsageException if the method adds to states what no weight can, or what no zero points
   *     of such groups can
   * @throws InvalidInputException if the adapter does not fit the model, or the checkpoint lacks a
   *     weight
   */
  public static Merge of(
      Adapter adapter, TaskModel family, PretrainedModel model, Optional<ZeroPoints> zeroPoints) {
    AdapterPart part = onlyPart(adapter);
    zeroPoints.ifPresent(points -> checkGroup(points, part, adapter.description().method()));
    Graph tuned = adapter.graph(family);
    CheckpointSource trained = adapter.trained(family, model.checkpoint().names()::contains);
    Map<String, MergedLinear> linears = new LinkedHashMap<>();
    Map<String, Parameter> replaced = new LinkedHashMap<>();
    Optional<MergedPeft> peft =
        part.projections().map(projections -> new MergedPeft(projections, family, tuned));
    List<String> biasless = new ArrayList<>();
    Map<String, MergedLinear.GroupMeans> means = new LinkedHashMap<>();
    for (Parameter parameter : tuned.trainableParameters()) {
      String name = parameter.name();
      boolean own =
          parameter.role() == Parameter.Role.HEAD || parameter.role() == Parameter.Role.BASE;
      if (own && trained.names().contains(name)) {
        replaced.put(name, parameter);
      } else if (part.groupMeans().isPresent() && name.endsWith(A)) {
        String module = name.substring(0, name.length() - A.length());
        means.put(module + ".weight", means(tuned, module, part.groupMeans().get()));
      } else if (name.endsWith(Vera.D_SUFFIX)) {
        String module = name.substring(0, name.length() - Vera.D_SUFFIX.length());
        linears.put(module + ".weight", shared(tuned, module));
      } else if (name.endsWith(Ia3.SUFFIX)) {
        String module = name.substring(0, name.length() - Ia3.SUFFIX.length());
        linears.put(module + ".weight", new MergedLinear.Scaled(parameter));
        if (!Ia3.scalesInput(parameter) && hasBias(tuned, module)) {
          linears.put(module + ".bias", new MergedLinear.Scaled(parameter));
        }
      } else if (name.endsWith(BitFit.SUFFIX)) {
        String module = name.substring(0, name.length() - BitFit.SUFFIX.length());
        if (hasBias(tuned, module)) {
          linears.put(module + ".bias", new MergedLinear.Added(parameter));
        } else {
          biasless.add(module);
        }
      } else if (name.endsWith(AdaLora.VALUES)) {
        String module = name.substring(0, name.length() - AdaLora.VALUES.length());
        linears.put(module + ".weight", singular(tuned, module, part.scale()));
      }
    }
    if (!biasless.isEmpty()) {
      throw new UsageException(
          "merge: expected linears with a bias, to which bitfit's is added, found none on "
              + biasless.size()
              + ", such as '"
              + biasless.get(0)
              + "'; use the adapter with --adapter, or export it");
    }
    model.report(tuned).refuse(model.name());
    Map<String, String> copies = peft.map(MergedPeft::copies).orElse(Map.of());
    copies.forEach((name, copy) -> replaced.put(name, tuned.parameters().get(copy)));
    peft.ifPresent(merged -> linears.putAll(merged.linears()));
    if (zeroPoints.isEmpty()) {
      linears.putAll(means);
      return new Merge(
          linears,
          replaced,
          renamed(trained, copies),
          Optional.empty(),
          peft.flatMap(MergedPeft::unties));
    }
    Set<String> held = QuantizableWeights.of(tuned);
    held.forEach(name -> checkHeld(zeroPoints.get(), tuned.parameters().get(name), model));
    return new Merge(
        linears,
        replaced,
        trained,
        Optional.of(new HeldBase(zeroPoints.get(), held, means)),
        Optional.empty());
  }

  private static void checkGroup(ZeroPoints points, AdapterPart part, String method) {
    QaLora linears =
        part.groupMeans()
            .orElseThrow(
                () ->
                    new UsageException(
                        "merge: expected an adapter of qa-lora, whose update zero points can hold,"
                            + " found '"
                            + method
                            + "'"));
    if (linears.group() != points.group()) {
      throw new UsageException(
          "merge: expected the base's groups of "
              + points.group()
              + " inputs, found an adapter of groups of "
              + linears.group());
    }
  }

  /** A weight that is packed already stays as it is, so its groups must be these. */
  private static void checkHeld(ZeroPoints points, Parameter weight, PretrainedModel model) {
    model
        .checkpoint()
        .packed(weight.name())
        .filter(matrix -> matrix.group() != points.group())
        .ifPresent(
            matrix -> {
              throw new InvalidInputException(
                  model.name()
                      + ": "
                      + weight.name()
                      + ": expected groups of "
                      + points.group()
                      + " inputs, found "
                      + matrix.group());
            });
    if (points.kept() && weight.size(1) % 2 != 0) {
      throw new UsageException(
          "merge: expected linears of an even number of inputs to write in 4 bits, found "
              + weight.name()
              + " "
              + weight.shape());
    }
  }

  /** QA-LoRA's update of a linear. */
  static MergedLinear.GroupMeans means(Graph tuned, String module, QaLora method) {
    Map<String, Parameter> parameters = tuned.parameters();
    return new MergedLinear.GroupMeans(
        parameters.get(module + A),
        parameters.get(module + B),
        new InputGroups(parameters.get(module + ".weight").size(1), method.group()),
        method.alpha() / method.rank());
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

  private static boolean hasBias(Graph tuned, String module) {
    return tuned.parameters().containsKey(module + ".bias");
  }

  /** AdaLoRA's update of a linear. */
  static MergedLinear.Singular singular(Graph tuned, String module, double scale) {
    Map<String, Parameter> parameters = tuned.parameters();
    return new MergedLinear.Singular(
        parameters.get(module + AdaLora.RIGHT),
        parameters.get(module + AdaLora.VALUES),
        parameters.get(module + AdaLora.LEFT),
        scale);
  }

  /** VeRA's update of a linear. */
  static MergedLinear.Shared shared(Graph tuned, String module) {
    Map<String, Parameter> parameters = tuned.parameters();
    return new MergedLinear.Shared(
        parameters.get(module + Vera.D_SUFFIX),
        parameters.get(module + Vera.B_SUFFIX),
        parameters.get(Vera.A),
        parameters.get(Vera.B),
        parameters.get(module + ".weight").size(1));
  }

  /** Whether the weights of a model can hold what a tuning adds, so that it costs nothing more. */
  public static boolean holds(AdapterDescription description, Graph tuned) {
    return isInWeights(description)
        && tuned.trainableParameters().stream()
            .map(Parameter::name)
            .filter(name -> name.endsWith(BitFit.SUFFIX))
            .allMatch(
                name -> hasBias(tuned, name.substring(0, name.length() - BitFit.SUFFIX.length())));
  }

  private static boolean isInWeights(AdapterDescription description) {
    return description.parts().size() == 1 && description.parts().get(0).isInWeights();
  }

  private static AdapterPart onlyPart(Adapter adapter) {
    if (!isInWeights(adapter.description())) {
      throw new UsageException(
          "merge: expected an adapter of lora, dora, vera, adalora, qa-lora, ia3, bitfit, full or"
              + " probe, found '"
              + adapter.description().method()
              + "', which computes between states what no weight of the model can hold; use it with"
              + " --adapter, or export it");
    }
    return adapter.description().parts().get(0);
  }

  /** Whether a trained head takes the place of the model's, if it has one. */
  boolean hasHead() {
    return replaced.values().stream()
        .anyMatch(parameter -> parameter.role() == Parameter.Role.HEAD);
  }
}
