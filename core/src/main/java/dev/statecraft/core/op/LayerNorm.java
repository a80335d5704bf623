package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;
import java.util.Optional;

/**
 * {@code y = w * n + b}, or without b, with {@code n = (x - mean(x)) r}, {@code r = 1 /
 * sqrt(variance(x) + eps)} for each row; x {@code [rows, hidden]}, weight and bias {@code
 * [hidden]}.
 *
 * <p>Backward, with {@code g = w * dy}: {@code dx = r (g - mean(g) - n mean(g * n))}, {@code dw =
 * sum over rows of dy * n}, {@code db = sum of dy's rows}. Source: Ba, Kiros and Hinton, "Layer
 * Normalization" (2016).
 *
 * @param eps added to the variance
 * @param biased whether there is a b
 */
public record LayerNorm(double eps, boolean biased) implements RowOp {
  /** With a bias. */
  public LayerNorm(double eps) {
    this(eps, true);
  }

  @Override
  public String name() {
    return "layer_norm";
  }

  @Override
  public List<String> vectors() {
    return biased ? List.of("weight", "bias") : List.of("weight");
  }

  @Override
  public boolean isNorm() {
    return true;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING.andInput(0, demand.input(0) || demand.parameter(0));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Optional<Tensor> bias = biased ? Optional.of(context.parameter(1)) : Optional.empty();
    return Kernels.layerNorm(context.input(0), context.parameter(0), bias, eps);
  }

  @Override
  public void backward(BackwardContext context) {
    if (!context.wants(0) && !context.wantsParameter(0)) {
      Tensor upstream = context.upstream();
      context.parameterGradient(1).add(upstream.sum(0, upstream.dtype().master()));
      return;
    }
    Kernels.LayerNormGradients gradients =
        Kernels.layerNormBackward(
            context.upstream(),
            context.input(0),
            context.parameter(0),
            biased ? Optional.of(context.parameter(1)) : Optional.empty(),
            eps,
            context.wants(0),
            context.wantsParameter(0),
            biased && context.wantsParameter(1));
    gradients.input().ifPresent(gradient -> context.gradient(0).add(gradient));
    gradients.weight().ifPresent(gradient -> context.parameterGradient(0).add(gradient));
    gradients.bias().ifPresent(gradient -> context.parameterGradient(1).add(gradient));
  }
}
