package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives readers of a table a copy of it, which is trained whole, as PEFT's {@code modules_to_save}
 * does: what was one table of two modules is two from then on.
 *
 * @param table name of the parameter {@code [vocab, hidden]}
 * @param copy name of the copy
 * @param readers of the table that read the copy
 */
public record CopyTuning(String table, String copy, TableReaders readers) implements Tuning {
  @Override
  public Graph apply(Graph graph) {
    Parameter shared = parameter(graph, table);
    Parameter own = Parameter.control(copy, Initializer.copyOf(table), shared.sizes());
    Graph tuned =
        graph
            .edit()
            .replaceAll(edge -> readers.include(edge, table) ? reading(edge, own) : edge)
            .build();
    return new HeadTuning().apply(tuned);
  }

  private static Edge reading(Edge edge, Parameter own) {
    List<Parameter> parameters = new ArrayList<>(edge.parameters());
    parameters.set(0, own);
    return edge.withParameters(parameters);
  }

  /**
   * The parameter of a name.
   *
   * @throws GraphException if the graph lacks it
   */
  static Parameter parameter(Graph graph, String name) {
    Parameter found = graph.parameters().get(name);
    if (found == null) {
      throw new GraphException("expected a parameter '" + name + "', found none of that name");
    }
    return found;
  }
}
