package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * {@code y = w * x r} with {@code r = 1 / sqrt(mean(x^2) + eps)} for each row; x {@code [rows,
 * hidden]}, weight {@code [hidden]}.
 *
 * <p>As in Hugging Face's LlamaRMSNorm, {@code x r} is computed in the master type and rounded to
 * the model's type before the weight is applied.
 *
 * <p>Backward, with {@code g = w * dy}: {@code dx = r g - x r^3 mean(g * x)}, {@code dw = sum over
 * rows of dy * x r}. Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).
 *
 * @param eps added to the mean square
 */
public record RmsNorm(double eps) implements Op {
  @Override
  public String name() {
    return "rms_norm";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 1);
    Expect.parameter(parameters.get(0), "weight", Expect.rows(inputs.get(0), "input"));
    return inputs.get(0).shape();
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(0);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    DType master = x.dtype().master();
    Tensor wide = x.as(master);
    Tensor inverse = inverseRoot(wide);
    Tensor weight = context.parameter(0);
    if (x.dtype() == master) {
      return x.mul(inverse).mulInPlace(weight);
    }
    return wide.mulInPlace(inverse).copyTo(x.dtype()).mulInPlace(weight);
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor x = context.input(0);
    DType master = x.dtype().master();
    Tensor wide = x.as(master);
    Tensor inverse = inverseRoot(wide);
    Tensor upstream = context.upstream().as(master);
    Tensor products = upstream.mul(wide);
    if (context.wantsParameter(0)) {
      context.parameterGradient(0).add(products.t().matmul(inverse).reshape(x.size(1)));
    }
    if (context.wants(0)) {
      Tensor weight = context.parameter(0).as(master);
      Tensor coefficient = products.matmul(weight.unsqueeze(1)).mulInPlace(1.0 / x.size(1));
      products.close();
      coefficient.mulInPlace(inverse).mulInPlace(inverse).mulInPlace(inverse);
      Tensor gradient =
          upstream.mul(weight).mulInPlace(inverse).addcmulInPlace(wide, coefficient, -1);
      context.gradient(0).add(gradient.as(x.dtype()));
    }
  }

  /** {@code r}, {@code [rows, 1]}. */
  private Tensor inverseRoot(Tensor wide) {
    try (Tensor square = wide.square()) {
      return square.meanKeep(-1).addScalarInPlace(eps).rsqrtInPlace();
    }
  }
}
