package dev.statecraft.core.run;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.tensor.Tensor;
import java.util.Collection;

/** The values of a graph's parameters, for who saves them. */
public interface ParameterValues {
  /** All parameters. */
  Collection<Parameter> parameters();

  /**
   * A parameter's values in the type they are held in; whoever holds them owns them.
   *
   * @throws IllegalArgumentException if there is no such parameter, or it is held quantized
   */
  Tensor value(String name);
}
