package dev.statecraft.core.run;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.JointGraphs;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the weights of {@link JointGraphs} come from: a head from its task's source, all else from
 * the first task's that has it.
 */
public final class JointSource implements WeightSource {
  private final List<WeightSource> shared = new ArrayList<>();
  private final Map<String, OfHead> heads = new HashMap<>();

  /** A task's parameter by the name that its source knows. */
  private record OfHead(WeightSource source, String name) {}

  /**
   * Adds a task, after those that were added.
   *
   * @param task its name
   * @param own its graph as it was before it was joined with others
   * @param source by that graph's names
   * @throws IllegalArgumentException if a head of another task has parameters of the same names
   */
  public JointSource with(String task, Graph own, WeightSource source) {
    shared.add(source);
    for (Parameter parameter : own.parameters().values()) {
      if (parameter.role() == Parameter.Role.HEAD) {
        String joint = JointGraphs.head(task, parameter.name());
        if (heads.put(joint, new OfHead(source, parameter.name())) != null) {
          throw new IllegalArgumentException("the heads of two tasks have '" + joint + "'");
        }
      }
    }
    return this;
  }

  private Optional<WeightSource> sharedOf(String name) {
    return shared.stream().filter(source -> source.has(name)).findFirst();
  }

  @Override
  public boolean has(String name) {
    OfHead head = heads.get(name);
    return head != null ? head.source().has(head.name()) : sharedOf(name).isPresent();
  }

  @Override
  public void read(String name, Tensor target) {
    OfHead head = heads.get(name);
    if (head != null) {
      head.source().read(head.name(), target);
    } else {
      sharedOf(name).orElse(shared.get(0)).read(name, target);
    }
  }

  /** {@inheritDoc} Heads are never held so. */
  @Override
  public Optional<QuantizedMatrix> quantized(String name, Quantization format, Torch torch) {
    return heads.containsKey(name)
        ? Optional.empty()
        : sharedOf(name).flatMap(source -> source.quantized(name, format, torch));
  }
}
