package dev.statecraft.core.op;

import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import java.util.List;

/**
 * An op that computes every row by itself: its inputs are floating states {@code [rows, features]}
 * of one shape, its parameters vectors {@code [features]}, its output has the inputs' shape, and it
 * is cheap enough to be computed again.
 */
interface RowOp extends Op {
  /** What messages call the inputs, in their order. */
  default List<String> roles() {
    return List.of("input");
  }

  /** What messages call the parameters, in their order. */
  default List<String> vectors() {
    return List.of();
  }

  @Override
  default Shape infer(List<State> inputs, List<Parameter> parameters) {
    List<String> roles = roles();
    List<String> vectors = vectors();
    Expect.counts(inputs, roles.size(), parameters, vectors.size());
    Shape shape = inputs.get(0).shape();
    long features = 0;
    for (int i = 0; i < roles.size(); i++) {
      features = Expect.rows(inputs.get(i), roles.get(i));
      Expect.shape(inputs.get(i), roles.get(i), shape);
    }
    for (int i = 0; i < vectors.size(); i++) {
      Expect.parameter(parameters.get(i), vectors.get(i), features);
    }
    return shape;
  }

  @Override
  default Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  default boolean isRowWise() {
    return true;
  }
}
