package dev.statecraft.core.run;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.StepRule;
import dev.statecraft.core.plan.FusedLinears;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The parameters of a graph.
 *
 * <p>Frozen parameters are held once, in the model's type; those of {@linkplain FusedLinears fused
 * linears} lie end to end in one buffer. {@linkplain QuantizableWeights Weights of frozen linears
 * inside layers} can be held quantized, each by itself; they are then dequantized whenever a step
 * needs them. Trained parameters lie end to end in one flat buffer of the master type, their
 * gradients in another, so that the optimizer works on two vectors. Frozen ones of the base model
 * can be those that {@link FrozenWeights} hold for several graphs.
 */
public final class Weights implements ParameterValues, AutoCloseable {
  /** Random numbers drawn at once: bounds the temporary. */
  private static final long RANDOM_PIECE = 1L << 18;

  /** Random numbers drawn for one parameter, a prime: then they come again. */
  private static final long RANDOM_PERIOD = 1_048_573;

  private final Torch torch;
  private final DType computeType;
  private final Quantization quantization;
  private final Set<String> quantizable;
  private final Map<String, Parameter> parameters;
  private final List<StepRule> rules;
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Map<String, Tensor> gradients = new LinkedHashMap<>();
  private final Map<String, Tensor> fused = new LinkedHashMap<>();
  private final Map<String, QuantizedMatrix> quantized = new LinkedHashMap<>();
  private final Tensor flatValues;
  private final Tensor flatGradients;
  private final Lent lent;
  private boolean closed;
  private Optional<DerivedValues> derived = Optional.empty();

  /**
   * Makes them, with no values yet.
   *
   * @param learns whether trained parameters have gradients
   */
  private Weights(
      Lent lent,
      Torch torch,
      Graph graph,
      DType computeType,
      Quantization quantization,
      boolean learns) {
    this.lent = lent;
    this.torch = torch;
    this.computeType = computeType;
    this.quantization = quantization;
    quantizable = QuantizableWeights.of(graph, quantization);
    parameters = graph.parameters();
    rules = graph.rules();
    List<Parameter> trained = graph.trainableParameters();
    long count = trained.stream().mapToLong(Parameter::elements).sum();
    // Of the scope, which frees them if memory gives out, until all are there.
    try (Scope scope = torch.scope()) {
      flatValues = torch.zeros(computeType.master(), count);
      flatGradients = torch.zeros(computeType.master(), learns ? count : 0);
      long offset = 0;
      for (Parameter parameter : trained) {
        values.put(parameter.name(), slice(flatValues, offset, parameter));
        if (learns) {
          gradients.put(parameter.name(), slice(flatGradients, offset, parameter));
        }
        offset += parameter.elements();
      }
      for (EndToEnd group : EndToEnd.of(graph, quantizable)) {
        if (!lent.fused().containsKey(group.name())) {
          group.lay(torch, computeType, fused, values);
        }
      }
      for (Parameter parameter : parameters.values()) {
        if (!values.containsKey(parameter.name())
            && !quantizable.contains(parameter.name())
            && !lent.has(parameter.name())) {
          DType type =
              parameter.role() == Parameter.Role.DERIVED ? computeType.master() : computeType;
          values.put(parameter.name(), torch.empty(type, parameter.sizes()));
        }
      }
      flatValues.escape().claim(MemoryCategory.CONTROL_PARAMETERS);
      flatGradients.escape().claim(MemoryCategory.GRADIENTS);
      values.values().forEach(value -> value.escape().claim(MemoryCategory.WEIGHTS));
      gradients.values().forEach(Tensor::escape);
      fused.values().forEach(Tensor::escape);
    }
    values.putAll(lent.values());
    fused.putAll(lent.fused());
    quantized.putAll(lent.quantized());
  }

  private static Tensor slice(Tensor flat, long offset, Parameter parameter) {
    return flat.narrow(0, offset, parameter.elements()).view(parameter.sizes());
  }

  /** {@link #load(Torch, Graph, DType, Quantization, WeightSource, long)} without quantizing. */
  public static Weights load(
      Torch torch, Graph graph, DType computeType, WeightSource source, long seed) {
    return load(torch, graph, computeType, Quantization.NONE, source, seed);
  }

  /**
   * Makes and fills the parameters of a graph. What is quantized exists one weight at a time in
   * float32. A weight of which a {@linkplain dev.statecraft.core.graph.FactorPair low-rank update}
   * starts as a part is held less that part, and if at all, what is left is quantized.
   *
   * @param quantization of the frozen linears inside layers
   * @param source where base weights come from, and heads and control parameters if it has them
   * @param seed of the parameters that start fresh; each has its own stream, so that adding one
   *     does not change the others
   * @throws IllegalArgumentException if the source lacks a base weight; the message lists them; or
   *     if there is nothing to quantize
   */
  public static Weights load(
      Torch torch,
      Graph graph,
      DType computeType,
      Quantization quantization,
      WeightSource source,
      long seed) {
    requireBase(graph, source);
    return filled(
        new Weights(Lent.NOTHING, torch, graph, computeType, quantization, true),
        graph,
        source,
        seed);
  }

  /**
   * The same over what is lent, without gradients: {@link FrozenWeights#open}.
   *
   * @param lent given back when these are closed
   */
  static Weights over(
      Lent lent,
      Torch torch,
      Graph graph,
      DType computeType,
      Quantization quantization,
      WeightSource source,
      long seed) {
    return filled(
        new Weights(lent, torch, graph, computeType, quantization, false), graph, source, seed);
  }

  /** Refuses a source that lacks a base weight of a graph. */
  static void requireBase(Graph graph, WeightSource source) {
    List<String> missing = new ArrayList<>();
    for (Parameter parameter : graph.parameters().values()) {
      if (parameter.role() == Parameter.Role.BASE && !source.has(parameter.name())) {
        missing.add(parameter.name());
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException("the checkpoint lacks " + missing);
    }
  }

  private static Weights filled(Weights weights, Graph graph, WeightSource source, long seed) {
    boolean done = false;
    try {
      FactorStarts starts =
          new FactorStarts(
              weights.torch, graph, source, weights.computeType.master(), weights.values);
      starts.draw(name -> streamOf(seed, name));
      weights.fill(starts, starts::hasFilled, seed);
      done = true;
      return weights;
    } finally {
      if (!done) {
        weights.free();
      }
    }
  }

  /** {@link #random(Torch, Graph, DType, Quantization, long)} without quantizing. */
  public static Weights random(Torch torch, Graph graph, DType computeType, long seed) {
    return random(torch, graph, computeType, Quantization.NONE, seed);
  }

  /**
   * Makes the parameters of a graph with random base weights (normal, 0.02): for measurements. In a
   * large parameter the same million numbers come again and again, since drawing billions of them
   * would take minutes. Nor are they taken apart: updates that start as a part of them are random
   * too.
   */
  public static Weights random(
      Torch torch, Graph graph, DType computeType, Quantization quantization, long seed) {
    Weights weights = new Weights(Lent.NOTHING, torch, graph, computeType, quantization, true);
    boolean done = false;
    try {
      weights.fill(randomNumbers(weights, seed), name -> false, seed);
      done = true;
      return weights;
    } finally {
      if (!done) {
        weights.free();
      }
    }
  }

  private static WeightSource randomNumbers(Weights weights, long seed) {
    Torch torch = weights.torch;
    return new WeightSource() {
      @Override
      public boolean has(String name) {
        Parameter known = weights.parameters.get(name);
        return known == null
            || known.role() == Parameter.Role.BASE
            || known.init().kind().isPaired();
      }

      @Override
      public void read(String name, Tensor target) {
        try (Scope scope = torch.scope();
            Generator generator = torch.generator(streamOf(seed, name))) {
          Tensor flat = target.view(-1);
          long drawn = Math.min(RANDOM_PERIOD, flat.elements());
          for (long start = 0; start < drawn; start += RANDOM_PIECE) {
            long count = Math.min(RANDOM_PIECE, drawn - start);
            Initializer.normal(0.02).fill(flat.narrow(0, start, count), generator);
          }
          for (long start = drawn; start < flat.elements(); start += drawn) {
            long count = Math.min(drawn, flat.elements() - start);
            flat.narrow(0, start, count).copyFrom(flat.narrow(0, 0, count));
          }
        }
      }
    };
  }

  /**
   * Fills all.
   *
   * @param filled whether a parameter that the source lacks has been filled by reading from it
   */
  private void fill(WeightSource source, Predicate<String> filled, long seed) {
    new Quantizing(torch, quantization)
        .read(
            quantizable.stream().filter(name -> !lent.has(name)).map(parameters::get).toList(),
            source,
            quantized);
    for (Parameter parameter : parameters.values()) {
      if (quantized.containsKey(parameter.name()) || lent.has(parameter.name())) {
        continue;
      }
      Tensor value = values.get(parameter.name());
      if (parameter.role() != Parameter.Role.DERIVED && source.has(parameter.name())) {
        source.read(parameter.name(), value);
      } else if (!parameter.init().isDerived()) {
        fill(parameter, value, parameter.init().seed().orElse(seed));
      }
    }
    for (Parameter parameter : parameters.values()) {
      boolean given = parameter.role() != Parameter.Role.DERIVED && source.has(parameter.name());
      if (parameter.init().isDerived() && !given && !filled.test(parameter.name())) {
        // Trained ones in the wider type that they are held in, to be copied to the bit.
        String of = parameter.init().source();
        if (!parameters.containsKey(of)) {
          // A table of the model that only copies of it are read of.
          source.read(of, values.get(parameter.name()));
          continue;
        }
        try (Tensor from =
            (parameters.get(of).trainable() ? value(of).share() : inComputeType(of)).escape()) {
          parameter.init().derive(values.get(parameter.name()), from);
        }
      }
    }
  }

  /** Numbers are drawn in the master type and rounded, so bfloat16 starts where float32 does. */
  private void fill(Parameter parameter, Tensor value, long seed) {
    try (Scope scope = torch.scope();
        Generator generator = torch.generator(streamOf(seed, parameter.name()))) {
      Tensor wide =
          value.dtype() == computeType.master()
              ? value.share()
              : torch.empty(computeType.master(), parameter.sizes());
      parameter.init().fill(wide, generator);
      if (wide.dtype() != value.dtype()) {
        value.copyFrom(wide);
      }
    }
  }

  /**
   * Says that no value changes any more, as in a model that only answers: gradients, which take as
   * much memory as what is trained, are given back, and what ops {@linkplain
   * dev.statecraft.core.graph.ForwardContext#derived derive} from parameters is kept.
   *
   * @return this
   */
  public Weights settle() {
    if (derived.isEmpty()) {
      derived = Optional.of(new DerivedValues());
      gradients.values().forEach(Tensor::close);
      gradients.clear();
      flatGradients.close();
    }
    return this;
  }

  /** Whether values are {@linkplain #settle final}. */
  public boolean isSettled() {
    return derived.isPresent();
  }

  /** What is computed from parameters alone, kept if their values are final. */
  Tensor derived(String name, Supplier<Tensor> computed) {
    return derived.map(kept -> kept.of(name, computed)).orElseGet(computed);
  }

  private static long streamOf(long seed, String name) {
    return Generator.mix(seed, name.hashCode());
  }

  public Torch torch() {
    return torch;
  }

  /** The model's type. */
  public DType computeType() {
    return computeType;
  }

  /** How the frozen linears inside layers are held. */
  public Quantization quantization() {
    return quantization;
  }

  @Override
  public Collection<Parameter> parameters() {
    return parameters.values();
  }

  /** What is trained, in the order in which it lies in {@link #flatValues}. */
  public List<Parameter> trained() {
    return parameters.values().stream().filter(Parameter::trainable).toList();
  }

  @Override
  public Tensor value(String name) {
    Tensor value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          quantized.containsKey(name)
              ? "parameter '" + name + "' is held as " + quantization.label()
              : "no parameter is called '" + name + "'");
    }
    return value;
  }

  /** Whether a parameter is held quantized. */
  public boolean isQuantized(String name) {
    return quantized.containsKey(name);
  }

  /**
   * A parameter's values in the model's type: another handle on them if they are held so, else a
   * tensor of their own. It belongs to the current scope, or to the caller.
   *
   * @throws IllegalArgumentException if there is no such parameter
   */
  public Tensor inComputeType(String name) {
    QuantizedMatrix matrix = quantized.get(name);
    if (matrix == null) {
      Tensor value = value(name);
      return isSettled() && value.dtype() != computeType && parameters.get(name).trainable()
          ? derived(name, () -> value.as(computeType)).share()
          : value.as(computeType);
    }
    Tensor dequantized = torch.empty(computeType, matrix.rows(), matrix.columns());
    matrix.dequantizeInto(dequantized);
    return dequantized;
  }

  /**
   * The gradient of a trained parameter, in the master type.
   *
   * @throws IllegalArgumentException if the parameter is not trained, these have no gradients, or
   *     values are {@linkplain #settle final}
   */
  public Tensor gradient(String name) {
    Tensor gradient = gradients.get(name);
    if (gradient == null) {
      throw new IllegalArgumentException("no trained parameter is called '" + name + "'");
    }
    return gradient;
  }

  /** What steps that train them heed besides the gradient of the loss. */
  public List<StepRule> rules() {
    return rules;
  }

  /** All trained values, end to end. */
  public Tensor flatValues() {
    return flatValues;
  }

  /**
   * All gradients, end to end; empty where there are none, closed where values are {@linkplain
   * #settle final}.
   */
  public Tensor flatGradients() {
    return flatGradients;
  }

  /**
   * The joined parameter {@code index} of fused linears: as it is held, or dequantized into a
   * tensor of the current scope.
   */
  Tensor fused(List<Edge> group, int index) {
    Tensor whole = fused.get(group.get(0).parameters().get(index).name());
    return whole != null ? whole : dequantized(group, index);
  }

  private Tensor dequantized(List<Edge> group, int index) {
    List<QuantizedMatrix> parts =
        group.stream().map(edge -> quantized.get(edge.parameters().get(index).name())).toList();
    long rows = parts.stream().mapToLong(QuantizedMatrix::rows).sum();
    Tensor whole = torch.empty(computeType, rows, parts.get(0).columns());
    long row = 0;
    for (QuantizedMatrix part : parts) {
      try (Tensor target = whole.narrow(0, row, part.rows())) {
        part.dequantizeInto(target);
      }
      row += part.rows();
    }
    return whole;
  }

  /** Number of trained values. */
  public long trainableCount() {
    return flatValues.elements();
  }

  /** Bytes of the frozen parameters that are these weights' own, as they are held. */
  public long frozenBytes() {
    long bytes = 0;
    for (Parameter parameter : parameters.values()) {
      if (!parameter.trainable() && !lent.has(parameter.name())) {
        QuantizedMatrix matrix = quantized.get(parameter.name());
        bytes += matrix != null ? matrix.bytes() : value(parameter.name()).bytes();
      }
    }
    return bytes;
  }

  @Override
  public void close() {
    if (!closed) {
      free();
      lent.giveBack().run();
    }
  }

  /** Frees what is its own. */
  private void free() {
    closed = true;
    values.keySet().removeAll(lent.values().keySet());
    fused.keySet().removeAll(lent.fused().keySet());
    quantized.keySet().removeAll(lent.quantized().keySet());
    values.values().forEach(Tensor::close);
    gradients.values().forEach(Tensor::close);
    fused.values().forEach(Tensor::close);
    quantized.values().forEach(QuantizedMatrix::close);
    flatValues.close();
    if (derived.isEmpty()) {
      flatGradients.close();
    }
    derived.ifPresent(DerivedValues::close);
  }
}
