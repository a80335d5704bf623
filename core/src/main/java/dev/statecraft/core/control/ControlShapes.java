package dev.statecraft.core.control;

import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import java.util.List;

/** The shape rules that control ops share: inputs (x_v, x_u), parameters A, B and their biases. */
final class ControlShapes {
  private ControlShapes() {}

  static Shape infer(List<State> inputs, List<Parameter> parameters, boolean bias) {
    State v = inputs.get(0);
    State u = inputs.get(1);
    rowsAgree(v, u);
    Parameter a = parameters.get(0);
    Parameter b = parameters.get(1);
    long rank = a.size(0);
    expect(a, rank, u.shape().features());
    expect(b, v.shape().features(), rank);
    if (bias) {
      expect(parameters.get(2), rank);
      expect(parameters.get(3), v.shape().features());
    }
    return v.shape();
  }

  static void rowsAgree(State v, State u) {
    if (!v.shape().withFeatures(1).equals(u.shape().withFeatures(1))) {
      throw new GraphException("expected states with the same rows, found " + u + " and " + v);
    }
  }

  static void expectElements(Parameter parameter, long elements) {
    if (parameter.elements() != elements) {
      throw new GraphException(
          "expected "
              + parameter.name()
              + " to have "
              + elements
              + " numbers, found "
              + parameter.shape());
    }
  }

  static void expect(Parameter parameter, long... shape) {
    if (!java.util.Arrays.equals(parameter.sizes(), shape)) {
      throw new GraphException(
          "expected "
              + parameter.name()
              + " to have the shape "
              + java.util.Arrays.toString(shape)
              + ", found "
              + parameter.shape());
    }
  }
}
