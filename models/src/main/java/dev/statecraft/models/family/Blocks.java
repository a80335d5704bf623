package dev.statecraft.models.family;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.LayerNorm;
import dev.statecraft.core.op.Linear;
import java.util.List;

/** The pieces that all families are made of, on one graph builder. */
public record Blocks(GraphBuilder graph) {
  private static final Initializer HEAD_INIT = Initializer.normal(0.02);

  /** {@code W x (+ b)} with a frozen module's weights. */
  public State linear(String output, State x, String module, long out, boolean bias) {
    Parameter weight = Parameter.base(module + ".weight", out, x.shape().features());
    return bias
        ? graph.edge(
            output, new Linear(true), List.of(x), weight, Parameter.base(module + ".bias", out))
        : graph.edge(output, new Linear(false), List.of(x), weight);
  }

  /** {@code W x + b} of the task's head, which is trained. */
  public State headLinear(String output, State x, String module, long out) {
    return headLinear(output, x, module, out, true);
  }

  /** {@code W x (+ b)} of the task's head, which is trained. */
  public State headLinear(String output, State x, String module, long out, boolean bias) {
    Parameter weight = Parameter.head(module + ".weight", HEAD_INIT, out, x.shape().features());
    Linear linear = new Linear(bias);
    return bias
        ? graph.edge(
            output,
            linear,
            List.of(x),
            weight,
            Parameter.head(module + ".bias", Initializer.ZEROS, out))
        : graph.edge(output, linear, List.of(x), weight);
  }

  /** LayerNorm with a frozen module's weights. */
  public State layerNorm(String output, State x, String module, double epsilon) {
    return layerNorm(output, x, module, epsilon, true);
  }

  /** LayerNorm with a frozen module's weights, with a bias or without. */
  public State layerNorm(String output, State x, String module, double epsilon, boolean bias) {
    long features = x.shape().features();
    Parameter weight = Parameter.base(module + ".weight", features);
    LayerNorm norm = new LayerNorm(epsilon, bias);
    return bias
        ? graph.edge(output, norm, List.of(x), weight, Parameter.base(module + ".bias", features))
        : graph.edge(output, norm, List.of(x), weight);
  }

  /** LayerNorm of the task's head, which is trained, with a bias or without. */
  public State headNorm(String output, State x, String module, double epsilon, boolean bias) {
    long features = x.shape().features();
    Parameter weight = Parameter.head(module + ".weight", Initializer.ONES, features);
    LayerNorm norm = new LayerNorm(epsilon, bias);
    return bias
        ? graph.edge(
            output,
            norm,
            List.of(x),
            weight,
            Parameter.head(module + ".bias", Initializer.ZEROS, features))
        : graph.edge(output, norm, List.of(x), weight);
  }

  /** The op of an activation that configurations name. */
  public static Activation activation(dev.statecraft.models.config.Activation kind) {
    return new Activation(
        switch (kind) {
          case GELU -> Activation.Kind.GELU;
          case GELU_NEW -> Activation.Kind.GELU_TANH;
          case RELU -> Activation.Kind.RELU;
        });
  }
}
