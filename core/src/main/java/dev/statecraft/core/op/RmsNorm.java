package dev.statecraft.core.op;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.kernel.Accumulator;
import dev.statecraft.tensor.kernel.Kernels;
import java.util.List;
import java.util.function.Supplier;

/**
 * {@code y = w * x r} with {@code r = 1 / sqrt(mean(x^2) + eps)} for each row; x {@code [rows,
 * hidden]}, weight {@code [hidden]}. Or the same of each head by itself, as the norms of queries
 * and keys do: x {@code [rows, heads * head_dim]}, weight {@code [head_dim]}.
 *
 * <p>As in Hugging Face's LlamaRMSNorm, {@code x r} is computed in the master type and rounded to
 * the model's type before the weight is applied. Where the parameter is {@code w - 1}, as Gemma's
 * are, the product is rounded once, after the weight.
 *
 * <p>Backward, with {@code g = w * dy}: {@code dx = r g - x r^3 mean(g * x)}, {@code dw = sum over
 * rows of dy * x r}. Source: Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).
 *
 * @param eps added to the mean square
 * @param asTransformers whether a float64 model rounds to float32 for the norm, in the order of
 *     operations of transformers' LlamaRMSNorm, so that its float64 results are reproduced; nothing
 *     changes for narrower models
 * @param fromOne whether the parameter is {@code w - 1}
 * @param headDim features of one head; 0 for a norm of whole rows
 */
public record RmsNorm(double eps, boolean asTransformers, boolean fromOne, int headDim)
    implements RowOp {
  /** Checks. */
  public RmsNorm {
    if (headDim < 0) {
      throw new GraphException("head_dim: expected 0 or more, found " + headDim);
    }
  }

  /** A norm of whole rows, with its weight as it is. */
  public RmsNorm(double eps, boolean asTransformers) {
    this(eps, asTransformers, false, 0);
  }

  /** A norm that keeps to the master type. */
  public RmsNorm(double eps) {
    this(eps, false);
  }

  /** The same of each head. */
  public RmsNorm ofHeads(int features) {
    return new RmsNorm(eps, asTransformers, fromOne, features);
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    if (headDim == 0) {
      return RowOp.super.infer(inputs, parameters);
    }
    Expect.counts(inputs, 1, parameters, 1);
    if (Expect.rows(inputs.get(0), "input") % headDim != 0) {
      throw new GraphException(
          "input: expected a multiple of "
              + headDim
              + " features (head_dim), found "
              + inputs.get(0));
    }
    Expect.parameter(parameters.get(0), "weight", headDim);
    return inputs.get(0).shape();
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
    Tensor whole = context.input(0);
    if (headDim == 0) {
      return normed(whole, context.parameter(0));
    }
    HeadRows heads = new HeadRows(headDim);
    return heads.join(normed(heads.split(whole), context.parameter(0)), whole.size(1));
  }

  private Tensor normed(Tensor x, Tensor weight) {
    return throughFloat32(x)
        ? forwardThroughFloat32(x, weight)
        : Kernels.rmsNorm(x, factor(weight), eps);
  }

  /** w, which is in the master type if it is not the parameter itself. */
  private Tensor factor(Tensor weight) {
    return fromOne ? weight.as(weight.dtype().master()).addScalar(1) : weight;
  }

  private boolean throughFloat32(Tensor x) {
    return asTransformers && x.dtype() == DType.FLOAT64;
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor x = context.input(0);
    Tensor upstream = context.upstream();
    if (headDim == 0) {
      backward(context, x, upstream, () -> context.gradient(0));
    } else {
      HeadRows heads = new HeadRows(headDim);
      backward(
          context,
          heads.split(x),
          heads.split(upstream),
          () -> heads.split(context.gradient(0), x.size(1)));
    }
  }

  private void backward(
      BackwardContext context, Tensor x, Tensor upstream, Supplier<Accumulator> gradient) {
    Tensor weight = context.parameter(0);
    boolean rounded = throughFloat32(x);
    if (context.wantsParameter(0)) {
      context
          .parameterGradient(0)
          .add(
              rounded
                  ? weightThroughFloat32(x, upstream)
                  : Kernels.rmsNormWeightGradient(upstream, x, eps));
    }
    if (context.wants(0)) {
      if (rounded) {
        gradient.get().add(inputThroughFloat32(x, upstream, weight));
      } else {
        Kernels.rmsNormInputGradient(
            gradient.get(), upstream, context.ownsUpstream(), x, factor(weight), eps);
      }
    }
  }

  private Tensor forwardThroughFloat32(Tensor x, Tensor weight) {
    Tensor wide = x.copyTo(DType.FLOAT32);
    wide.mulInPlace(inverseRoot(wide));
    return fromOne
        ? wide.mulInPlace(factor(weight.copyTo(DType.FLOAT32))).copyTo(DType.FLOAT64)
        : wide.copyTo(DType.FLOAT64).mulInPlace(weight);
  }

  private Tensor weightThroughFloat32(Tensor input, Tensor upstream) {
    Tensor x = input.copyTo(DType.FLOAT32);
    Tensor normed = x.mulInPlace(inverseRoot(x));
    return fromOne
        ? normed.mulInPlace(upstream.copyTo(DType.FLOAT32)).sum(0).copyTo(DType.FLOAT64)
        : normed.copyTo(DType.FLOAT64).mulInPlace(upstream).sum(0);
  }

  /** The same derivative with the roundings of transformers' forward and autograd's backward. */
  private Tensor inputThroughFloat32(Tensor input, Tensor upstream, Tensor weight) {
    Tensor x = input.copyTo(DType.FLOAT32);
    Tensor inverse = inverseRoot(x);
    Tensor g =
        fromOne
            ? upstream.copyTo(DType.FLOAT32).mulInPlace(factor(weight.copyTo(DType.FLOAT32)))
            : upstream.mul(weight).copyTo(DType.FLOAT32);
    Tensor root = g.mul(x).sumKeep(-1);
    Tensor cube = inverse.mul(inverse).mulInPlace(inverse);
    Tensor width = x.torch().full(DType.FLOAT32, (double) x.size(1), 1);
    Tensor mean = root.mulInPlace(-0.5).mulInPlace(cube).divInPlace(width);
    Tensor gradient = g.mul(inverse).addInPlace(x.mul(2).mulInPlace(mean));
    return gradient.copyTo(DType.FLOAT64);
  }

  /** {@code r}, {@code [rows, 1]}. */
  private Tensor inverseRoot(Tensor wide) {
    try (Tensor square = wide.square()) {
      return square.meanKeep(-1).addScalarInPlace(eps).rsqrtInPlace();
    }
  }
}
