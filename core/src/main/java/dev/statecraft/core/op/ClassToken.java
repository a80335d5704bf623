package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Dim;
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
 * Puts a learned class token before the patches of every image and adds learned positions: {@code y
 * = (cls, x_1, ..., x_P) + positions}; patch embeddings {@code [patches, hidden]}, parameters cls
 * {@code [1, 1, hidden]} and positions {@code [1, P + 1, hidden]}, to {@code [tokens, hidden]}.
 *
 * <p>Backward: {@code dx} is {@code dy} without class tokens; {@code dcls} and {@code dpositions}
 * are sums over images. Source: Dosovitskiy et al., "An Image is Worth 16x16 Words" (2020).
 *
 * @param patchesPerImage P
 * @param tokens the axis of its rows: class tokens and patches
 */
public record ClassToken(int patchesPerImage, Axis tokens) implements Op {
  public ClassToken {
    Expect.positive("patches per image", patchesPerImage);
  }

  /** Of a model that has no other tokens. */
  public ClassToken(int patchesPerImage) {
    this(patchesPerImage, Axis.TOKENS);
  }

  @Override
  public String name() {
    return "class_token";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 1, parameters, 2);
    long features = Expect.rows(inputs.get(0), "patch embeddings");
    Expect.shape(inputs.get(0), "patch embeddings", Shape.of(Axis.PATCHES, Dim.of(features)));
    Expect.parameter(parameters.get(0), "class token", 1, 1, features);
    Expect.parameter(parameters.get(1), "position embeddings", 1, patchesPerImage + 1L, features);
    return Shape.along(tokens, features);
  }

  @Override
  public Cost cost() {
    return Cost.CHEAP;
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.NOTHING;
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor x = context.input(0);
    long images = x.size(0) / patchesPerImage;
    long hidden = x.size(1);
    Tensor output = context.torch().empty(x.dtype(), images, patchesPerImage + 1L, hidden);
    output.copyFrom(context.parameter(1));
    output.narrow(1, 0, 1).addInPlace(context.parameter(0));
    output.narrow(1, 1, patchesPerImage).addInPlace(x.reshape(images, patchesPerImage, hidden));
    return output.view(images * (patchesPerImage + 1L), hidden);
  }

  @Override
  public void backward(BackwardContext context) {
    long hidden = context.upstream().size(1);
    long images = context.upstream().size(0) / (patchesPerImage + 1L);
    Tensor upstream = context.upstream().reshape(images, patchesPerImage + 1L, hidden);
    DType master = upstream.dtype().master();
    if (context.wants(0)) {
      Tensor gradient = context.gradient(0).allocate();
      gradient
          .view(images, patchesPerImage, hidden)
          .copyFrom(upstream.narrow(1, 1, patchesPerImage));
      context.gradient(0).add(gradient);
    }
    if (context.wantsParameter(0)) {
      Tensor gradient = upstream.select(1, 0).sum(0, master).view(1, 1, hidden);
      context.parameterGradient(0).add(gradient);
    }
    if (context.wantsParameter(1)) {
      context.parameterGradient(1).add(upstream.sum(0, master).unsqueeze(0));
    }
  }
}
