package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Low-rank control whose edges are experts for each other. An edge computes {@code c_l = scale (B
 * (A dropout(x_u) + a) + b)} as a {@link LowRank} does, and adds to its state, row by row, also
 * what the earlier edges of its list computed from their own states:
 *
 * <pre>{@code
 * x_v' = x_v + c_l + sum over earlier j of g_j c_j
 * g    = softmax over the k largest of z, 0 for the others
 * z    = G x_u + g0, one number for each earlier edge
 * }</pre>
 *
 * <p>Which k edges are read is a constant in the gradient. Earlier are those edges of a tuning
 * whose low-rank state is computed before x_v, if their states have the same rows and as many
 * features; edges count in the order in which the states that they control are computed. The first
 * has no gates. G starts as a linear layer does, so that rows differ in what they choose, and g0 at
 * zero; all c start at zero, so that a fresh model computes as its base does whatever is chosen.
 *
 * <p>The idea (the controls of a model's blocks as experts that later ones are routed to) is that
 * of arXiv 2606.31397; the formula is ours, since we do not have theirs.
 *
 * @param k of how many earlier edges a row reads; 0 for plain low-rank control
 * @param expert what each edge computes by itself
 */
public record Routed(int k, LowRank expert) implements ControlFunction {
  /** How many earlier edges are read unless something else is said: ours. */
  public static final int USUAL_K = 2;

  public Routed {
    if (k < 0) {
      throw new UsageException("k: expected 0 or more, found " + k);
    }
  }

  /** Reading others is the tuning's to arrange: by itself it is an expert. */
  @Override
  public Op op() {
    return expert.op();
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return expert.parameters(name, in, out);
  }

  @Override
  public Optional<Routed> routed() {
    return k == 0 ? Optional.empty() : Optional.of(this);
  }
}
