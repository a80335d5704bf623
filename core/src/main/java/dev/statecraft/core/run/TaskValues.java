package dev.statecraft.core.run;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.JointGraphs;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.Tensor;
import java.util.Collection;

/**
 * One task's values among the weights of several, by the names that they have in the task's own
 * graph.
 *
 * @param weights of {@link JointGraphs}
 * @param task its name
 * @param own the task's graph as it was before it was joined with others
 */
public record TaskValues(Weights weights, String task, Graph own) implements ParameterValues {
  @Override
  public Collection<Parameter> parameters() {
    return own.parameters().values();
  }

  @Override
  public Tensor value(String name) {
    Parameter parameter = own.parameters().get(name);
    boolean ofHead = parameter != null && parameter.role() == Parameter.Role.HEAD;
    return weights.value(ofHead ? JointGraphs.head(task, name) : name);
  }
}
