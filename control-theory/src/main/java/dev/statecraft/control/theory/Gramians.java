package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Gramians: how far inputs of energy 1 push the states, and how much energy the states leave in the
 * outputs. All are symmetric, {@code [states, states]}; one that has an inverse means that every
 * state can be reached, or told.
 */
public final class Gramians {
  private Gramians() {}

  /** {@code sum_(k < horizon) A^k B B' A'^k}. */
  public static Matrix controllability(LinearSystem system, int horizon) {
    Shapes.requireAtLeast("a horizon", 1, horizon);
    Matrix power = system.b();
    Matrix sum = power.times(power.transpose());
    for (int k = 1; k < horizon; k++) {
      power = system.a().times(power);
      sum = sum.plus(power.times(power.transpose()));
    }
    return sum;
  }

  /**
   * The same without an end, the solution of {@code W = A W A' + B B'}.
   *
   * @throws UsageException if the system is not stable
   */
  public static Matrix controllability(LinearSystem system) {
    return LyapunovEquation.discrete(system.a(), system.b().times(system.b().transpose()));
  }

  /** {@code sum_(k < horizon) A'^k C' C A^k}. */
  public static Matrix observability(LinearSystem system, int horizon) {
    return controllability(system.transposed(), horizon);
  }

  /**
   * The same without an end, the solution of {@code W = A' W A + C' C}.
   *
   * @throws UsageException if the system is not stable
   */
  public static Matrix observability(LinearSystem system) {
    return controllability(system.transposed());
  }

  /**
   * The Gramian of the last state, as a sum over the steps at which inputs enter.
   *
   * @param gramian their sum
   * @param shares one for each step: {@code F B_t B_t' F'} with F what becomes of x_(t+1) until the
   *     end. Their traces compare steps, or layers, as places for an input
   */
  public record Shares(Matrix gramian, List<Matrix> shares) {
    /** Keeps a copy of the list. */
    public Shares {
      shares = List.copyOf(shares);
    }
  }

  /** How far each step's inputs push the last state. */
  public static Shares controllability(TimeVaryingSystem system) {
    List<Matrix> shares = new ArrayList<>();
    Matrix onwards = Matrix.identity(system.a().get(system.horizon() - 1).rows());
    Matrix sum = Matrix.zeros(onwards.rows(), onwards.rows());
    for (int t = system.horizon() - 1; t >= 0; t--) {
      Matrix reach = onwards.times(system.b().get(t));
      shares.add(reach.times(reach.transpose()));
      sum = sum.plus(shares.get(shares.size() - 1));
      onwards = onwards.times(system.a().get(t));
    }
    Collections.reverse(shares);
    return new Shares(sum, shares);
  }
}
