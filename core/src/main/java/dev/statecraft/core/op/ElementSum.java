package dev.statecraft.core.op;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.Tensor;
import java.util.List;

/**
 * The sum of chosen elements of a state: {@code y = scale * sum over i of x[row_i, feature_i]}, x
 * {@code [rows, features]}, {@code row [n]}, {@code feature [n]}. Output {@code [1]} in the master
 * type; scale is {@link ForwardContext#lossScale()}. Its gradient picks one row of a Jacobian for
 * every sequence of a batch, as long as each sequence has one element.
 *
 * <p>Backward: {@code dx[row_i, feature_i] += scale * dy}.
 */
public record ElementSum() implements Loss {
  private static final int X = 0;
  private static final int ROWS = 1;
  private static final int FEATURES = 2;

  @Override
  public String name() {
    return "element_sum";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    Expect.counts(inputs, 3, parameters, 0);
    Expect.rows(inputs.get(X), "x");
    Expect.precision(inputs.get(ROWS), "rows", Precision.INDEX);
    Expect.precision(inputs.get(FEATURES), "features", Precision.INDEX);
    List<Dim> chosen = inputs.get(ROWS).shape().dims();
    if (chosen.size() != 1 || !(chosen.get(0) instanceof Axis)) {
      throw new GraphException("rows: expected one index per element, found " + inputs.get(ROWS));
    }
    Expect.shape(inputs.get(FEATURES), "features", inputs.get(ROWS).shape());
    return Shape.of(Dim.of(1));
  }

  @Override
  public Reads reads(Demand demand) {
    return Reads.inputs(ROWS, FEATURES);
  }

  @Override
  public Tensor forward(ForwardContext context) {
    Tensor chosen =
        context
            .input(X)
            .indexSelect(0, context.input(ROWS))
            .gather(1, context.input(FEATURES).unsqueeze(1));
    return chosen.sum(0, chosen.dtype().master()).mulInPlace(context.lossScale());
  }

  @Override
  public void backward(BackwardContext context) {
    if (context.wants(X)) {
      Tensor gradient = context.gradient(X).allocate().zero();
      Tensor rows = context.input(ROWS);
      Tensor value = context.upstream().mul(context.lossScale()).as(gradient.dtype());
      Tensor picked =
          context
              .torch()
              .zeros(gradient.dtype(), rows.size(0), gradient.size(1))
              .scatterAddInPlace(
                  1,
                  context.input(FEATURES).unsqueeze(1),
                  value.unsqueeze(0).expand(rows.size(0), 1));
      context.gradient(X).add(gradient.indexAddInPlace(0, rows, picked));
    }
  }
}
