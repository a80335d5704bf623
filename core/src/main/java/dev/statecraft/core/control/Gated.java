package dev.statecraft.core.control;

import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * {@code g(x) = scale sigmoid(G x + g0) * (B A x)}: low-rank control, let through by gates that
 * depend on the state.
 *
 * <p>Each gate stands for a run of neighbouring features of x_v, all runs of one length: one gate
 * for the whole edge, as many as the attention has heads, or one for every feature, which costs
 * {@code in * out} parameters. The gates start at 1/2.
 *
 * @param rank rows of A
 * @param scale factor of the whole
 * @param gates rows of G; a divisor of the features of x_v
 * @param init how A starts; B starts at zero
 */
public record Gated(int rank, double scale, int gates, Initializer init)
    implements ControlFunction {
  public Gated {
    Affine.checkCounts(rank, "gates", gates);
  }

  /** One gate can be taken before B, where states are thin, which is the affine form's one term. */
  @Override
  public Op op() {
    return gates == 1 ? new AffineControl(scale, 1) : new GatedControl(scale, gates);
  }

  @Override
  public Optional<ControlFunction> scaled(double factor) {
    return Optional.of(new Gated(rank, factor * scale, gates, init));
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return Affine.gated(name, init, rank, gates, in, out);
  }
}
