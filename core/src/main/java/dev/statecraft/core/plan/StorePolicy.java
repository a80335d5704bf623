package dev.statecraft.core.plan;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Cost;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.op.Linear;
import java.util.Arrays;

/** Which of the states that the backward reads are stored, from fast to small. */
public enum StorePolicy {
  /** Everything the backward reads. */
  ALL("all") {
    @Override
    boolean mayRecompute(Edge edge) {
      return false;
    }
  },
  /** All but what passes over memory can bring back: norms, gates, rotations. */
  CHEAP("cheap") {
    @Override
    boolean mayRecompute(Edge edge) {
      return edge.op().cost() == Cost.CHEAP;
    }
  },
  /** Also without the MLP's wide states, whose products are computed again. */
  MLP("mlp") {
    @Override
    boolean mayRecompute(Edge edge) {
      return CHEAP.mayRecompute(edge) || isWide(edge);
    }
  },
  /** Only the states between layers. */
  INPUTS("inputs") {
    @Override
    boolean mayRecompute(Edge edge) {
      return edge.op().cost() != Cost.ONCE;
    }
  };

  private final String label;

  StorePolicy(String label) {
    this.label = label;
  }

  abstract boolean mayRecompute(Edge edge);

  private static boolean isWide(Edge edge) {
    return edge.op() instanceof Linear
        && edge.layer() >= 0
        && edge.output().shape().features() > edge.inputs().get(0).shape().features();
  }

  /** The word for it on the command line. */
  public String label() {
    return label;
  }

  /**
   * Finds a policy by its word.
   *
   * @throws UsageException if there is none
   */
  public static StorePolicy of(String label) {
    return Arrays.stream(values())
        .filter(policy -> policy.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "store: expected all, cheap, mlp or inputs, found '" + label + "'"));
  }
}
