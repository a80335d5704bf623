package dev.statecraft.core.run;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.JoinedInputs;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.OneRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What edges of one state read of it, as columns of one product. It is computed for the first of
 * them and freed after the last. The matrices lie end to end in a copy that the weights keep, so
 * this is only where their values are final.
 */
final class JoinedProducts implements AutoCloseable {
  private final JoinedInputs inputs;
  private final Weights weights;
  private final boolean writing;
  private final Map<String, Product> products = new HashMap<>();

  private record Product(Tensor value, int taken) {}

  /**
   * Those of a pass.
   *
   * @param writing whether the pass goes on with a text, often by one row
   */
  JoinedProducts(JoinedInputs inputs, Weights weights, boolean writing) {
    this.inputs = inputs;
    this.weights = weights;
    this.writing = writing;
  }

  /**
   * An edge's columns, in the current scope, if it is one of several.
   *
   * @param read what they all read
   */
  Optional<Tensor> of(Edge edge, Tensor read) {
    return weights.isSettled()
        ? inputs.groupOf(edge).map(group -> columns(group, edge, read))
        : Optional.empty();
  }

  private Tensor columns(List<Edge> group, Edge edge, Tensor read) {
    String name = group.get(0).name();
    Product before = products.get(name);
    Tensor value = before == null ? product(read, matrix(group)).escape() : before.value();
    int taken = before == null ? 1 : before.taken() + 1;
    long first = 0;
    for (Edge other : group.subList(0, group.indexOf(edge))) {
      first += thin(other).size(0);
    }
    Tensor columns = value.narrow(1, first, thin(edge).size(0));
    if (taken == group.size()) {
      products.remove(name);
      value.close(); // Its memory stays as long as the columns.
    } else {
      products.put(name, new Product(value, taken));
    }
    return columns;
  }

  private Tensor product(Tensor read, Tensor matrix) {
    return writing && OneRow.suits(read, matrix)
        ? OneRow.linear(read, matrix)
        : read.linear(matrix);
  }

  private Tensor matrix(List<Edge> group) {
    return weights.derived(
        group.get(0).name() + ": joined",
        () ->
            Tensor.cat(
                0,
                group.stream()
                    .map(edge -> weights.value(thin(edge).name()).as(weights.computeType()))
                    .toArray(Tensor[]::new)));
  }

  private static Parameter thin(Edge edge) {
    return edge.parameters().get(edge.op().thinParameter());
  }

  @Override
  public void close() {
    products.values().forEach(product -> product.value().close());
    products.clear();
  }
}
