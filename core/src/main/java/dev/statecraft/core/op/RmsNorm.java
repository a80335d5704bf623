package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Kernels;
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
public record RmsNorm(double eps, boolean asTransformers) implements RowOp {
  /** A norm that keeps to the master type. */
  public RmsNorm(double eps) {
    this(eps, false);
  }

  @Override
  public String name() {
    return "rms_norm";
  }

  @Override
  public List<String> vectors() {
    return List.of("weight");
  }

  @Override
  public boolean isNorm() {
    return true;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(0);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    return throughFloat32(x)
        ? forwardThroughFloat32(x, context.parameter(0))
        : Kernels.rmsNorm(x, context.parameter(0), eps);
  }

  private boolean throughFloat32(Tensor x) {
    return asTransformers && x.dtype() == DType.FLOAT64;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor x = context.input(0);
    if (throughFloat32(x)) {
      backwardThroughFloat32(context);
      return;
    }
    Tensor upstream = context.upstream();
    if (context.wantsParameter(0)) {
      context.parameterGradient(0).add(Kernels.rmsNormWeightGradient(upstream, x, eps));
    }
    if (context.wants(0)) {
      Kernels.rmsNormInputGradient(
          context.gradient(0), upstream, context.ownsUpstream(), x, context.parameter(0), eps);
    }
  }

  private Tensor forwardThroughFloat32(Tensor x, Tensor weight) {
    Tensor wide = x.copyTo(DType.FLOAT32);
    return wide.mulInPlace(inverseRoot(wide)).copyTo(DType.FLOAT64).mulInPlace(weight);
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
