package dev.statecraft.adapters.merge;

import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The low-rank updates of linears that a part of an adapter makes: LoRA's, VeRA's, AdaLoRA's,
 * QA-LoRA's, and those that start as a part of the weights, all as {@code W + B A}.
 */
public final class LinearUpdates {
  private static final String A = ".lora_A.weight";

  /** Reads the values of one update. */
  private interface Factored {
    MergedLinear.Values values(Torch torch, WeightSource trained, WeightSource base, DType type);
  }

  private record Update(Factored factored, int rank) {}

  private final Map<String, Update> updates = new LinkedHashMap<>();
  private final Map<String, Parameter> biases = new LinkedHashMap<>();
  private final boolean changesLengths;

  private LinearUpdates(boolean changesLengths) {
    this.changesLengths = changesLengths;
  }

  /** Those of a part; none if it makes no such updates. */
  public static LinearUpdates of(AdapterPart part, TaskModel family) {
    Graph tuned = part.tuning(family).apply(family.graph());
    LinearUpdates all =
        new LinearUpdates(part.projections().filter(projections -> projections.dora()).isPresent());
    if (part.projections().isPresent()) {
      all.addPeft(new MergedPeft(part.projections().get(), family, tuned));
      return all;
    }
    for (Parameter parameter : tuned.trainableParameters()) {
      String name = parameter.name();
      if (name.endsWith(Vera.D_SUFFIX)) {
        String module = module(name, Vera.D_SUFFIX);
        all.updates.put(
            module,
            new Update(Merge.shared(tuned, module)::values, Math.toIntExact(parameter.elements())));
      } else if (name.endsWith(AdaLora.VALUES)) {
        String module = module(name, AdaLora.VALUES);
        all.updates.put(
            module,
            new Update(
                Merge.singular(tuned, module, part.scale())::values,
                Math.toIntExact(parameter.size(0))));
      } else if (part.groupMeans().isPresent() && name.endsWith(A)) {
        String module = module(name, A);
        all.updates.put(
            module,
            new Update(
                Merge.means(tuned, module, part.groupMeans().get())::values,
                Math.toIntExact(parameter.size(0))));
      }
    }
    return all;
  }

  private void addPeft(MergedPeft peft) {
    peft.updates()
        .forEach(
            (module, update) -> updates.put(module, new Update(update::values, update.rank())));
    peft.tuned().trainableParameters().stream()
        .filter(parameter -> parameter.name().endsWith(Lora.BIAS_SUFFIX))
        .forEach(bias -> biases.put(module(bias.name(), Lora.BIAS_SUFFIX), bias));
  }

  private static String module(String name, String suffix) {
    return name.substring(0, name.length() - suffix.length());
  }

  /** The linears by the names of their modules in the checkpoint, in the graph's order. */
  public Set<String> modules() {
    return Collections.unmodifiableSet(updates.keySet());
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return updates.isEmpty();
  }

  /** Whether lengths of the weight's rows are trained too (DoRA): then they are no B A alone. */
  public boolean changesLengths() {
    return changesLengths;
  }

  /** The rank of an update: columns of B. */
  public int rank(String module) {
    return updates.get(module).rank();
  }

  /** Whether something is added to the linear's bias too ({@code lora_bias}). */
  public boolean hasBias(String module) {
    return biases.containsKey(module);
  }

  /**
   * An update's values, its scale in them.
   *
   * @param b {@code [out, r]}
   * @param a {@code [r, in]}
   * @param bias {@code [out]}, if something is added to the bias
   */
  public record Factors(Tensor b, Tensor a, Optional<Tensor> bias) {}

  /**
   * Reads an update; the caller's scope owns it.
   *
   * @param trained has the part's parameters
   * @param base has the weights
   */
  public Factors factors(
      String module, Torch torch, WeightSource trained, WeightSource base, DType type) {
    MergedLinear.Values values = updates.get(module).factored().values(torch, trained, base, type);
    return new Factors(
        values.b().mul(values.scale()),
        values.a(),
        Optional.ofNullable(biases.get(module))
            .map(bias -> trained.value(torch, bias, type).mul(values.scale())));
  }
}
