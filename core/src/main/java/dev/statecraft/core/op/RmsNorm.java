package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.CudaKernels;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.RowKernels;
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
 * @param asTransformers whether a float64 model rounds to float32 for the norm, in the order of
 *     operations of transformers' LlamaRMSNorm, so that its float64 results are reproduced; nothing
 *     changes for narrower models
 */
public record RmsNorm(double eps, boolean asTransformers) implements Op {
  /** A norm that keeps to the master type. */
  public RmsNorm(double eps) {
    this(eps, false);
  }

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
    if (RowKernels.supports(x)) {
      Tensor normed = x.torch().empty(x.dtype(), x.shape());
      RowKernels.rmsNorm(normed, x, context.parameter(0), eps);
      return normed;
    }
    Tensor weight = context.parameter(0);
    if (isFused(x, weight)) {
      return CudaKernels.rmsNorm(x, weight, eps);
    }
    DType master = statisticsType(x);
    Tensor wide = x.as(master);
    Tensor inverse = inverseRoot(wide);
    if (x.dtype() == master) {
      return x.mul(inverse).mulInPlace(weight);
    }
    return wide.mulInPlace(inverse).copyTo(x.dtype()).mulInPlace(weight);
  }

  private static boolean isFused(Tensor x, Tensor weight) {
    return CudaKernels.supports(x) && weight.dtype() == x.dtype();
  }

  private DType statisticsType(Tensor x) {
    return asTransformers ? DType.FLOAT32 : x.dtype().master();
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor x = context.input(0);
    if (asTransformers && x.dtype() == DType.FLOAT64) {
      backwardThroughFloat32(context);
      return;
    }
    if (RowKernels.supports(x) && !context.wantsParameter(0)) {
      GradientSink sink = context.gradient(0);
      Tensor gradient =
          context.ownsUpstream() ? context.upstream() : x.torch().empty(x.dtype(), x.shape());
      RowKernels.rmsNormBackward(
          gradient, context.upstream(), x, context.parameter(0), eps, sink.sum());
      sink.replace(gradient);
      return;
    }
    if (!context.wantsParameter(0) && isFused(x, context.parameter(0))) {
      Tensor gradient =
          CudaKernels.rmsNormBackward(context.upstream(), x, context.parameter(0), eps);
      context.gradient(0).add(gradient);
      return;
    }
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

  /** The same derivative with the roundings of transformers' forward and autograd's backward. */
  private void backwardThroughFloat32(BackwardContext context) {
    Tensor x = context.input(0).copyTo(DType.FLOAT32);
    Tensor inverse = inverseRoot(x);
    if (context.wantsParameter(0)) {
      Tensor normed = x.mul(inverse).copyTo(DType.FLOAT64);
      context.parameterGradient(0).add(normed.mulInPlace(context.upstream()).sum(0));
    }
    if (context.wants(0)) {
      Tensor g = context.upstream().mul(context.parameter(0)).copyTo(DType.FLOAT32);
      Tensor root = g.mul(x).sumKeep(-1);
      Tensor cube = inverse.mul(inverse).mulInPlace(inverse);
      Tensor width = x.torch().full(DType.FLOAT32, (double) x.size(1), 1);
      Tensor mean = root.mulInPlace(-0.5).mulInPlace(cube).divInPlace(width);
      Tensor gradient = g.mul(inverse).addInPlace(x.mul(2).mulInPlace(mean));
      context.gradient(0).add(gradient.copyTo(DType.FLOAT64));
    }
  }

  /** {@code r}, {@code [rows, 1]}. */
  private Tensor inverseRoot(Tensor wide) {
    try (Tensor square = wide.square()) {
      return square.meanKeep(-1).addScalarInPlace(eps).rsqrtInPlace();
    }
  }
}
