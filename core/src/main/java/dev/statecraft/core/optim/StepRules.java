package dev.statecraft.core.optim;

import dev.statecraft.core.graph.StepContext;
import dev.statecraft.core.graph.StepRule;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@linkplain StepRule rules} of a graph, with what they remember, over the weights of a run.
 */
public final class StepRules implements AutoCloseable {
  private final Weights weights;
  private final List<StepRule> rules;
  private final Map<String, Tensor> memory = new LinkedHashMap<>();
  private final StepContext context = new Seen();

  /**
   * Allocates what the rules remember, counted with the optimizer's moments.
   *
   * @throws IllegalArgumentException if two rules remember something under one name
   */
  StepRules(Weights weights) {
    this.weights = weights;
    rules = weights.rules();
    Torch torch = weights.torch();
    try (Scope scope = torch.scope()) {
      for (StepRule rule : rules) {
        rule.memory().forEach((name, shape) -> remember(name, shape));
      }
      memory.values().forEach(tensor -> tensor.claim(MemoryCategory.MOMENTS).escape());
    }
  }

  private void remember(String name, List<Long> shape) {
    long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
    Tensor tensor = weights.torch().zeros(weights.computeType().master(), sizes);
    if (memory.putIfAbsent(name, tensor) != null) {
      throw new IllegalArgumentException("two rules of a step remember '" + name + "'");
    }
  }

  /** Adds the gradients of all penalties and returns their sum, 0 without any. */
  public double penalize() {
    double total = 0;
    for (StepRule rule : rules) {
      try (Scope scope = weights.torch().scope()) {
        Optional<Tensor> penalty = rule.penalize(context);
        // A session without memory has no values.
        if (penalty.isPresent() && weights.torch().device() != Device.META) {
          total += penalty.get().item();
        }
      }
    }
    return total;
  }

  /**
   * Lets the rules change the values that the optimizer has changed.
   *
   * @param step the step's number, from 0
   */
  public void follow(long step) {
    for (StepRule rule : rules) {
      try (Scope scope = weights.torch().scope()) {
        rule.follow(context, step);
      }
    }
  }

  /** What the rules remember, by name; part of a training checkpoint. */
  public Map<String, Tensor> memory() {
    return Collections.unmodifiableMap(memory);
  }

  @Override
  public void close() {
    memory.values().forEach(Tensor::close);
  }

  /** The run's weights, as rules see them. */
  private final class Seen implements StepContext {
    @Override
    public Torch torch() {
      return weights.torch();
    }

    @Override
    public Tensor value(String parameter) {
      weights.gradient(parameter); // Frozen ones are nothing that a step may change.
      return weights.value(parameter);
    }

    @Override
    public Tensor gradient(String parameter) {
      return weights.gradient(parameter);
    }

    @Override
    public Tensor memory(String name) {
      Tensor found = memory.get(name);
      if (found == null) {
        throw new IllegalArgumentException("no rule of a step remembers '" + name + "'");
      }
      return found;
    }
  }
}
