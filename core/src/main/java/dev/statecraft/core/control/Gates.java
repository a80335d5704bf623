package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;

/**
 * {@code s = sigmoid(G x_u + g0)}, {@code [rows, gates]}, and how gates multiply: each of them a
 * run of neighbouring columns. What ops with inputs (x_v, x_u) and parameters (A, B, G, g0) share.
 *
 * @param count of the gates
 */
record Gates(int count) {
  static final int A = 0;
  static final int B = 1;
  static final int G = 2;
  static final int G_BIAS = 3;

  /** Checks the shapes of all four parameters. */
  void check(List<State> inputs, List<Parameter> parameters) {
    ControlShapes.infer(inputs, parameters, false);
    ControlShapes.expect(parameters.get(G), count, inputs.get(ControlOp.U).shape().features());
    ControlShapes.expect(parameters.get(G_BIAS), count);
  }

  /**
   * Checks that the gates' runs make up all of something.
   *
   * @param key what the number of gates is called
   * @param of what they are runs of
   */
  void divide(String key, long columns, String of) {
    if (columns % count != 0) {
      throw new GraphException(
          key + ": expected a divisor of the " + columns + " " + of + ", found " + count);
    }
  }

  Tensor open(Tensor u, EdgeContext context) {
    return u.linear(context.parameter(G)).addInPlace(context.parameter(G_BIAS)).sigmoid();
  }

  /** {@code [rows, columns]} as {@code [rows, gates, columns / gates]}, in the same memory. */
  Tensor runs(Tensor x) {
    return x.view(x.size(0), count, x.size(1) / count);
  }

  /** {@code x} with each run multiplied by its gate. */
  Tensor times(Tensor x, Tensor open) {
    return runs(x).mul(open.unsqueeze(2)).view(x.size(0), x.size(1));
  }

  /**
   * Adds the gradients of G, g0 and x_u that the gates have a part in.
   *
   * @param product the gradient of {@link #times}'s result, times what was multiplied
   * @param scale of both
   */
  void backward(Tensor product, double scale, Tensor open, Tensor u, BackwardContext context) {
    Tensor ofOpen = runs(product).sum(2, open.dtype());
    if (scale != 1) {
      ofOpen.mulInPlace(scale);
    }
    Kernels.sigmoidBackwardInto(ofOpen, ofOpen, open);
    if (context.wantsParameter(G)) {
      context.parameterGradient(G).addMatmul(ofOpen.t(), u, 1);
    }
    if (context.wantsParameter(G_BIAS)) {
      context.parameterGradient(G_BIAS).add(ofOpen.sum(0, context.computeType().master()));
    }
    if (context.wants(ControlOp.U)) {
      context.gradient(ControlOp.U).addMatmul(ofOpen, context.parameter(G), 1);
    }
  }
}
