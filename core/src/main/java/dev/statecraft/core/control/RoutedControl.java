package dev.statecraft.core.control;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.EdgeContext;
import dev.statecraft.core.graph.ForwardContext;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Reads;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code x_v' = x_v + c_0 + sum over j of g_j c_j}, {@code c_j = s_j (B_j h_j + b_j)}: an edge's
 * own control and those of others, each let through by a gate. Inputs are x_v, h_0, and where there
 * are others the gates {@code [rows, m]} and their h, {@code [rows, r_j]}; parameters are the B and
 * b of all in the same order.
 *
 * <p>With M the matrices {@code [B_j | b_j]} side by side and H the rows {@code w_j [h_j | 1]} side
 * by side, {@code w_j = (s_j / s_0) g_j} and {@code g_0 = 1}, the sum is one product, {@code s_0 H
 * M^T}, and no c_j is ever made. s_0 is a factor of the product, since a narrow type may not have
 * it.
 *
 * <p>Backward, with dy the gradient of x_v' and {@code q = dy [B_j | b_j]}: {@code dx_v = dy},
 * {@code dh_j = s_0 w_j q} (its first r_j columns), {@code dg_j = s_j sum q * [h_j | 1]}, {@code
 * dB_j = s_0 dy^T (w_j h_j)}, {@code db_j = s_0 dy^T w_j}.
 *
 * @param terms the controls, the edge's own first
 */
record RoutedControl(List<Term> terms) implements ControlOp {
  private static final int OWN = 1;
  private static final int GATES = 2;

  /**
   * One control.
   *
   * @param scale s
   * @param bias whether it has b, as parameter after B
   */
  record Term(double scale, boolean bias) {}

  RoutedControl {
    terms = List.copyOf(terms);
  }

  private boolean gated() {
    return terms.size() > 1;
  }

  /** The input that is a term's h. */
  private static int hidden(int term) {
    return term == 0 ? OWN : GATES + term;
  }

  /** The parameter that is a term's B; its b comes next. */
  private int b(int term) {
    int index = 0;
    for (Term before : terms.subList(0, term)) {
      index += before.bias() ? 2 : 1;
    }
    return index;
  }

  @Override
  public String name() {
    return "routed_control";
  }

  @Override
  public Shape infer(List<State> inputs, List<Parameter> parameters) {
    State v = inputs.get(V);
    int states = gated() ? GATES + terms.size() : GATES;
    if (inputs.size() != states || parameters.size() != b(terms.size())) {
      throw new GraphException(
          "expected x_v and " + terms.size() + " controls, found " + inputs + " and " + parameters);
    }
    inputs.forEach(input -> ControlShapes.rowsAgree(v, input));
    for (int i = 0; i < terms.size(); i++) {
      long rank = inputs.get(hidden(i)).shape().features();
      ControlShapes.expect(parameters.get(b(i)), v.shape().features(), rank);
      if (terms.get(i).bias()) {
        ControlShapes.expect(parameters.get(b(i) + 1), v.shape().features());
      }
    }
    if (gated() && inputs.get(GATES).shape().features() != terms.size() - 1) {
      throw new GraphException(
          "expected " + (terms.size() - 1) + " gates, found " + inputs.get(GATES));
    }
    return v.shape();
  }

  @Override
  public Reads reads(Demand demand) {
    Reads reads = Reads.NOTHING;
    for (int i = 0; i < terms.size(); i++) {
      boolean trained = demand.parameter(b(i));
      reads = reads.andInput(hidden(i), trained || (i > 0 && demand.input(GATES)));
    }
    // For the gradients of all that it multiplies.
    return reads.andInput(GATES, gated());
  }

  /** s_0, or 1 where the edge's own control adds nothing. */
  private double common() {
    double own = terms.get(0).scale();
    return own == 0 ? 1 : own;
  }

  /** {@code w_j} {@code [rows, 1]}. */
  private Tensor weight(int term, long rows, EdgeContext context) {
    double ratio = terms.get(term).scale() / common();
    if (term == 0) {
      return context.torch().full(context.computeType(), ratio, rows, 1);
    }
    Tensor gate = context.input(GATES).narrow(1, term - 1, 1);
    return ratio == 1 ? gate : gate.mul(ratio);
  }

  /** M, {@code [features, sum of the ranks and biases]}. */
  private Tensor matrices(EdgeContext context) {
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      Tensor b = context.parameter(b(i));
      parts.add(b);
      if (terms.get(i).bias()) {
        parts.add(context.parameter(b(i) + 1).view(b.size(0), 1));
      }
    }
    return sideBySide(parts);
  }

  private static Tensor sideBySide(List<Tensor> parts) {
    return parts.size() == 1 ? parts.get(0) : Tensor.cat(1, parts.toArray(Tensor[]::new));
  }

  @Override
  public Tensor forward(ForwardContext context) {
    List<Tensor> rows = new ArrayList<>();
    for (int i = 0; i < terms.size(); i++) {
      Tensor h = context.input(hidden(i));
      Tensor weight = weight(i, h.size(0), context);
      rows.add(h.mul(weight));
      if (terms.get(i).bias()) {
        rows.add(weight);
      }
    }
    return ControlOp.sum(context)
        .addmmInPlace(
            sideBySide(rows),
            context.derived("matrices", () -> matrices(context)).t(),
            1,
            common());
  }

  @Override
  public void backward(BackwardContext context) {
    Tensor dy = context.upstream();
    Tensor q = dy.matmul(matrices(context));
    List<Tensor> ofGates = new ArrayList<>();
    long column = 0;
    for (int i = 0; i < terms.size(); i++) {
      long rank = context.parameter(b(i)).size(1);
      Tensor weight = weight(i, dy.size(0), context);
      Tensor qh = q.narrow(1, column, rank);
      column += rank;
      if (context.wantsParameter(b(i))) {
        Tensor h = context.input(hidden(i)).mul(weight);
        context.parameterGradient(b(i)).addMatmul(dy.t(), h, common());
      }
      if (context.wants(hidden(i))) {
        context.gradient(hidden(i)).add(qh.mul(weight).mulInPlace(common()));
      }
      if (i > 0 && context.wants(GATES)) {
        ofGates.add(ofGate(i, q, column - rank, context));
      }
      if (terms.get(i).bias()) {
        column++;
        if (context.wantsParameter(b(i) + 1)) {
          context.parameterGradient(b(i) + 1).add(ofBias(dy, weight));
        }
      }
    }
    if (!ofGates.isEmpty()) {
      context.gradient(GATES).add(sideBySide(ofGates));
    }
    ControlOp.addToV(context);
  }

  /** {@code dg_j = s_j sum q_j * [h_j | 1]} {@code [rows, 1]}. */
  private Tensor ofGate(int term, Tensor q, long column, BackwardContext context) {
    DType type = context.computeType();
    Tensor h = context.input(hidden(term));
    Tensor sum = q.narrow(1, column, h.size(1)).mul(h).sum(1, type.master()).view(h.size(0), 1);
    if (terms.get(term).bias()) {
      sum.addInPlace(q.narrow(1, column + h.size(1), 1).as(type.master()));
    }
    return sum.mulInPlace(terms.get(term).scale()).as(type);
  }

  /** {@code s_0 dy^T w_j} {@code [features]}, in the master type. */
  private Tensor ofBias(Tensor dy, Tensor weight) {
    return dy.mul(weight).sum(0, dy.dtype().master()).mulInPlace(common());
  }
}
