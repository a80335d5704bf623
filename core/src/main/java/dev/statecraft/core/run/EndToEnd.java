package dev.statecraft.core.run;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.FusedLinears;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Parameters of {@linkplain FusedLinears fused linears} that lie in one buffer, in order. */
record EndToEnd(List<Parameter> parts) {
  /**
   * Those of a graph.
   *
   * @param apart names of those that are held each by itself
   */
  static List<EndToEnd> of(Graph graph, Set<String> apart) {
    List<EndToEnd> found = new ArrayList<>();
    for (List<Edge> group : FusedLinears.of(graph).groups()) {
      for (int i = 0; i < group.get(0).parameters().size(); i++) {
        int index = i;
        if (!apart.contains(group.get(0).parameters().get(i).name())) {
          found.add(
              new EndToEnd(group.stream().map(edge -> edge.parameters().get(index)).toList()));
        }
      }
    }
    return found;
  }

  /** The name under which the whole is held: that of its first part. */
  String name() {
    return parts.get(0).name();
  }

  List<String> names() {
    return parts.stream().map(Parameter::name).toList();
  }

  /**
   * Makes the buffer, which belongs to the current scope.
   *
   * @param fused gets the whole
   * @param values gets its parts
   */
  void lay(Torch torch, DType type, Map<String, Tensor> fused, Map<String, Tensor> values) {
    long[] shape = parts.get(0).sizes();
    shape[0] = parts.stream().mapToLong(part -> part.size(0)).sum();
    Tensor whole = torch.empty(type, shape);
    fused.put(name(), whole);
    long row = 0;
    for (Parameter part : parts) {
      values.put(part.name(), whole.narrow(0, row, part.size(0)));
      row += part.size(0);
    }
  }
}
