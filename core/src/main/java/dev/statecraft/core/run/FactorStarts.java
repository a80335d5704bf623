package dev.statecraft.core.run;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.FactorPair;
import dev.statecraft.core.graph.Factors;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.tensor.quant.QuantizedMatrix;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * A source of weights less what {@linkplain FactorPair low-rank updates} start at as a part of
 * them, which fills the updates' A and B on the way: a weight is taken apart once, when it is read.
 * What is needed for that is one weight in float64, and a few matrices of its shorter side squared.
 */
final class FactorStarts implements WeightSource {
  private final Torch torch;
  private final WeightSource source;
  private final DType type;
  private final Map<String, Tensor> values;
  private final Collection<Parameter> parameters;
  private final Map<String, FactorPair> parts = new LinkedHashMap<>();
  private final Map<String, FactorPair> random = new LinkedHashMap<>();
  private final Set<String> filled = new HashSet<>();

  /**
   * Fills nothing yet.
   *
   * @param source has the whole weights, and perhaps A and B as they were trained
   * @param type of trained values
   * @param values by the names of parameters; what is not there is not filled
   * @throws UsageException if a weight is taken apart for two updates, or trained itself
   */
  FactorStarts(
      Torch torch, Graph graph, WeightSource source, DType type, Map<String, Tensor> values) {
    this.torch = torch;
    this.source = source;
    this.type = type;
    this.values = values;
    parameters = graph.parameters().values();
    Set<String> trained = new HashSet<>();
    graph.trainableParameters().forEach(parameter -> trained.add(parameter.name()));
    for (FactorPair pair : FactorPair.of(graph)) {
      check(pair, trained);
      (pair.takesFromWeight() ? parts : random).put(pair.weight(), pair);
    }
  }

  /** What is left of a weight must follow from the checkpoint's alone, once. */
  private void check(FactorPair pair, Set<String> trained) {
    if (parts.containsKey(pair.weight()) || random.containsKey(pair.weight())) {
      throw new UsageException(
          "expected one update that starts with '" + pair.weight() + "', found two");
    }
    if (pair.takesFromWeight() && trained.contains(pair.weight())) {
      throw new UsageException(
          "expected a frozen weight, a part of which an update starts as, found '"
              + pair.weight()
              + "' trained");
    }
  }

  /**
   * Fills A and B of the pairs that start by chance, where the source lacks them.
   *
   * @param stream the seed of a parameter
   */
  void draw(ToLongFunction<String> stream) {
    for (FactorPair pair : random.values()) {
      try (Generator generator = torch.generator(stream.applyAsLong(pair.a().name()));
          Factors start = pair.drawn(torch, generator, type)) {
        fill(pair, start);
      }
    }
  }

  /** Whether it has filled a parameter: then the source lacks it, and it is done. */
  boolean hasFilled(String name) {
    return filled.contains(name);
  }

  @Override
  public boolean has(String name) {
    return source.has(name);
  }

  @Override
  public void read(String name, Tensor target) {
    FactorPair pair = parts.get(name);
    if (pair == null) {
      source.read(name, target);
      return;
    }
    try (Scope scope = torch.scope()) {
      Tensor wide = torch.empty(DType.FLOAT64, target.shape());
      source.read(name, wide);
      lengths(name, wide);
      try (Factors start = pair.partOf(wide, type)) {
        fill(pair, start);
        pair.takeOff(wide, start);
      }
      target.copyFrom(wide);
    }
  }

  /** {@inheritDoc} What is left of a weight is another matrix, which is yet to be quantized. */
  @Override
  public Optional<QuantizedMatrix> quantized(String name, Quantization format, Torch session) {
    return parts.containsKey(name) ? Optional.empty() : source.quantized(name, format, session);
  }

  private void fill(FactorPair pair, Factors start) {
    fill(pair.a(), start.a());
    fill(pair.b(), start.b());
  }

  private void fill(Parameter parameter, Tensor start) {
    if (!source.has(parameter.name())) {
      values.get(parameter.name()).copyFrom(start);
      filled.add(parameter.name());
    }
  }

  /** DoRA's magnitudes start at the lengths of the whole weight's rows, not of what is left. */
  private void lengths(String weight, Tensor whole) {
    for (Parameter parameter : parameters) {
      if (parameter.init().kind() == Initializer.Kind.ROW_NORM
          && parameter.init().source().equals(weight)
          && !source.has(parameter.name())) {
        parameter.init().derive(values.get(parameter.name()), whole);
        filled.add(parameter.name());
      }
    }
  }
}
