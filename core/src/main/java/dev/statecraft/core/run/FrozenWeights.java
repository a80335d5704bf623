package dev.statecraft.core.run;

import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The base model's weights, held once for all graphs that are tuned from it and open at a time. A
 * weight is read when the first of them needs it, and stays until this is closed.
 *
 * <p>{@link #open} gives the weights of one such graph. They share what the base and that graph
 * both have frozen under one name, in one form: {@linkplain dev.statecraft.core.plan.FusedLinears
 * fused linears} where all of the group are so in both, quantized matrices where both hold them
 * quantized. All else is their own: what control edges have; the base's parameters that the graph
 * trains (norms, biases, heads, copies, all of them); linears whose group is another in that graph,
 * though some of them are as they were; and weights that a {@linkplain FactorPair low-rank update}
 * starts as a part of, which are held less that part, with their groups.
 *
 * <p>For the session's thread.
 */
public final class FrozenWeights implements AutoCloseable {
  private final Torch torch;
  private final DType computeType;
  private final Quantization quantization;
  private final WeightSource source;
  private final Map<String, Parameter> parameters;
  private final Set<String> quantizable;
  private final Map<String, EndToEnd> groups = new HashMap<>();
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Map<String, Tensor> fused = new LinkedHashMap<>();
  private final Map<String, QuantizedMatrix> quantized = new LinkedHashMap<>();
  private int open;

  /**
   * Reads nothing yet.
   *
   * @param graph the base model's, in which nothing is trained
   * @param quantization of the linears inside layers
   * @param source the base's weights; used as long as this is open
   * @throws dev.statecraft.base.UsageException if there is nothing to quantize
   */
  public FrozenWeights(
      Torch torch, Graph graph, DType computeType, Quantization quantization, WeightSource source) {
    this.torch = torch;
    this.computeType = computeType;
    this.quantization = quantization;
    this.source = source;
    parameters = graph.parameters();
    quantizable = QuantizableWeights.of(graph, quantization);
    for (EndToEnd group : EndToEnd.of(graph, quantizable)) {
      group.names().forEach(name -> groups.put(name, group));
    }
  }

  /**
   * The weights of a graph that is tuned from the base's, or of the base's own. They have no
   * gradients: they answer, and do not learn. To be closed before this is.
   *
   * @param tuned its values are those that {@link Weights#load} gives alone, to the bit
   * @param values where its own come from; for what it shares the same as the base's
   * @param seed as for {@link Weights#load}
   * @throws IllegalArgumentException if the source lacks a base weight; the message lists them
   * @throws dev.statecraft.base.UsageException if there is nothing to quantize
   */
  public Weights open(Graph tuned, WeightSource values, long seed) {
    Weights.requireBase(tuned, values);
    Lent lent = lend(tuned);
    boolean done = false;
    try {
      Weights weights = Weights.over(lent, torch, tuned, computeType, quantization, values, seed);
      done = true;
      return weights;
    } finally {
      if (!done) {
        lent.giveBack().run();
      }
    }
  }

  private Lent lend(Graph tuned) {
    Set<String> matrices = QuantizableWeights.of(tuned, quantization);
    Set<String> shared = shared(tuned);
    Map<String, Tensor> lentValues = new HashMap<>();
    Map<String, Tensor> lentFused = new HashMap<>();
    Set<String> grouped = new HashSet<>();
    for (EndToEnd group : EndToEnd.of(tuned, matrices)) {
      grouped.addAll(group.names());
      EndToEnd own = groups.get(group.name());
      if (own != null && own.names().equals(group.names()) && shared.containsAll(own.names())) {
        own.names().forEach(name -> lentValues.put(name, value(name)));
        lentFused.put(own.name(), fused.get(own.name()));
      }
    }
    List<String> lentMatrices = new ArrayList<>();
    for (String name : shared) {
      boolean matrix = matrices.contains(name);
      if (matrix != quantizable.contains(name)) {
        continue;
      }
      if (matrix) {
        lentMatrices.add(name);
      } else if (!grouped.contains(name)) {
        lentValues.put(name, value(name));
      }
    }
    Map<String, QuantizedMatrix> lentQuantized = matrices(lentMatrices);
    open++;
    return new Lent(lentValues, lentFused, lentQuantized, () -> open--);
  }

  /** What a graph has of the base's, as the base has it. */
  private Set<String> shared(Graph tuned) {
    Set<String> taken = new HashSet<>();
    for (FactorPair pair : FactorPair.of(tuned)) {
      if (pair.takesFromWeight()) {
        taken.add(pair.weight());
      }
    }
    Set<String> shared = new HashSet<>();
    for (Parameter parameter : tuned.parameters().values()) {
      Parameter own = parameters.get(parameter.name());
      if (own != null
          && isFrozenBase(own)
          && isFrozenBase(parameter)
          && own.shape().equals(parameter.shape())
          && !taken.contains(parameter.name())) {
        shared.add(parameter.name());
      }
    }
    return shared;
  }

  private static boolean isFrozenBase(Parameter parameter) {
    return parameter.role() == Parameter.Role.BASE && !parameter.trainable();
  }

  /** The value of a parameter, read if it is not there. */
  private Tensor value(String name) {
    if (!values.containsKey(name)) {
      Map<String, Tensor> read = new LinkedHashMap<>();
      Map<String, Tensor> whole = new LinkedHashMap<>();
      EndToEnd group = groups.get(name);
      // Of the scope, which frees them if memory or the source gives out, until all are read.
      try (Scope scope = torch.scope()) {
        if (group == null) {
          read.put(name, torch.empty(computeType, parameters.get(name).sizes()));
        } else {
          group.lay(torch, computeType, whole, read);
        }
        read.forEach(source::read);
        read.values().forEach(value -> value.escape().claim(MemoryCategory.WEIGHTS));
        whole.values().forEach(Tensor::escape);
      }
      values.putAll(read);
      fused.putAll(whole);
    }
    return values.get(name);
  }

  private Map<String, QuantizedMatrix> matrices(List<String> names) {
    List<Parameter> missing =
        names.stream().filter(name -> !quantized.containsKey(name)).map(parameters::get).toList();
    new Quantizing(torch, quantization).read(missing, source, quantized);
    Map<String, QuantizedMatrix> found = new HashMap<>();
    names.forEach(name -> found.put(name, quantized.get(name)));
    return found;
  }

  /** Bytes of what was read so far, as it is held. */
  public long bytes() {
    return values.values().stream().mapToLong(Tensor::bytes).sum()
        + quantized.values().stream().mapToLong(QuantizedMatrix::bytes).sum();
  }

  /**
   * Frees all of it.
   *
   * @throws IllegalStateException if weights that share it are open
   */
  @Override
  public void close() {
    if (open > 0) {
      throw new IllegalStateException(open + " weights that share the base's are still open");
    }
    values.values().forEach(Tensor::close);
    fused.values().forEach(Tensor::close);
    quantized.values().forEach(QuantizedMatrix::close);
  }
}
