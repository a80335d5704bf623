package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Tensor;
import java.util.Optional;

/** One of the adapters that are combined. What is made of it is made once. For one thread. */
public final class Member {
  private final String name;
  private final Adapter adapter;
  private final TaskModel family;
  private final WeightSource base;
  private Optional<Graph> tuned = Optional.empty();
  private Optional<WeightSource> trained = Optional.empty();

  /**
   * An adapter.
   *
   * @param name what messages call it; no other has it
   * @param adapter what was trained; stays open as long as this is used
   * @param family the model that it was trained on, with the head that the adapter has
   * @param base the weights of that model
   */
  public Member(String name, Adapter adapter, TaskModel family, WeightSource base) {
    this.name = name;
    this.adapter = adapter;
    this.family = family;
    this.base = base;
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /** What was trained. */
  public Adapter adapter() {
    return adapter;
  }

  TaskModel family() {
    return family;
  }

  WeightSource base() {
    return base;
  }

  AdapterDescription description() {
    return adapter.description().in(family);
  }

  /** The model's graph with the adapter. */
  Graph tuned() {
    if (tuned.isEmpty()) {
      tuned = Optional.of(adapter.graph(family));
    }
    return tuned.get();
  }

  /** The trained values by the names of the tuned graph's parameters. */
  WeightSource trained() {
    if (trained.isEmpty()) {
      trained = Optional.of(adapter.weights(family, base));
    }
    return trained.get();
  }

  /**
   * Checks values that were read.
   *
   * @param what they are, for the message
   * @throws InvalidInputException if one is not finite
   */
  void requireFinite(Tensor values, String what) {
    if (!values.isFinite()) {
      throw new InvalidInputException(
          "combine: expected finite values, found others in '" + what + "' of '" + name + "'");
    }
  }
}
