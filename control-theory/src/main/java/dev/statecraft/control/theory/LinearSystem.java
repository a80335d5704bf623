package dev.statecraft.control.theory;

import dev.statecraft.base.UsageException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A linear system in discrete time, {@code x_(t+1) = A x_t + B u_t}, {@code y_t = C x_t + D u_t}.
 *
 * @param a {@code [states, states]}
 * @param b {@code [states, inputs]}
 * @param c {@code [outputs, states]}
 * @param d {@code [outputs, inputs]}
 */
public record LinearSystem(Matrix a, Matrix b, Matrix c, Matrix d) {
  /**
   * Checks shapes.
   *
   * @throws UsageException if they do not fit
   */
  public LinearSystem {
    Shapes.requireSquare("A", a);
    Shapes.requireRows("B", b, a.rows());
    Shapes.requireColumns("C", c, a.rows());
    Shapes.require("D", d, c.rows(), b.columns());
  }

  /** A system whose inputs reach outputs through states only. */
  public static LinearSystem of(Matrix a, Matrix b, Matrix c) {
    return new LinearSystem(a, b, c, Matrix.zeros(c.rows(), b.columns()));
  }

  /** A system whose states are its outputs. */
  public static LinearSystem of(Matrix a, Matrix b) {
    return of(a, b, Matrix.identity(a.rows()));
  }

  /** How many numbers a state has. */
  public int states() {
    return a.rows();
  }

  /** How many numbers an input has. */
  public int inputs() {
    return b.columns();
  }

  /**
   * What a simulation gives.
   *
   * @param states x_0 to x_T, {@code [states, 1]} each
   * @param outputs y_0 to y_(T-1), {@code [outputs, 1]} each
   */
  public record Response(List<Matrix> states, List<Matrix> outputs) {
    /** Keeps copies of the lists. */
    public Response {
      states = List.copyOf(states);
      outputs = List.copyOf(outputs);
    }
  }

  /** Runs it from a state {@code [states, 1]} under inputs u_0 to u_(T-1), {@code [inputs, 1]}. */
  public Response simulate(Matrix first, List<Matrix> inputs) {
    Shapes.require("the first state", first, states(), 1);
    List<Matrix> states = new ArrayList<>(List.of(first));
    List<Matrix> outputs = new ArrayList<>();
    for (Matrix input : inputs) {
      Shapes.require("an input", input, inputs(), 1);
      Matrix state = states.get(states.size() - 1);
      outputs.add(c.times(state).plus(d.times(input)));
      states.add(a.times(state).plus(b.times(input)));
    }
    return new Response(states, outputs);
  }

  /** Runs it from a state {@code [states, 1]} for some steps under {@code u_t = -gain x_t}. */
  public Response underFeedback(Matrix gain, Matrix first, int steps) {
    Shapes.require("a gain", gain, inputs(), states());
    LinearSystem closed = of(a.minus(b.times(gain)), b, c.minus(d.times(gain)));
    return closed.simulate(first, Collections.nCopies(steps, Matrix.zeros(inputs(), 1)));
  }

  /**
   * A transfer matrix at one complex frequency.
   *
   * @param real {@code [outputs, inputs]}
   * @param imaginary {@code [outputs, inputs]}
   */
  public record Transfer(Matrix real, Matrix imaginary) {}

  /**
   * {@code C (z I - A)^-1 B + D}: what the z-transform of the inputs is multiplied by. Real and
   * imaginary part of {@code X = (z I - A)^-1 B} solve one real system of twice the size.
   *
   * @throws UsageException if z is an eigenvalue of A
   */
  public Transfer transfer(Complex z) {
    Matrix eye = Matrix.identity(states());
    Matrix real = eye.scaled(z.real()).minus(a);
    Matrix imaginary = eye.scaled(z.imaginary());
    Matrix both =
        real.beside(imaginary.scaled(-1))
            .above(imaginary.beside(real))
            .solve(b.above(Matrix.zeros(states(), inputs())));
    Matrix re = both.block(0, 0, states(), inputs());
    Matrix im = both.block(states(), 0, states(), inputs());
    return new Transfer(c.times(re).plus(d), c.times(im));
  }

  /**
   * {@code C (I - A)^-1 B + D}: what the outputs settle to, per constant input.
   *
   * @throws UsageException if 1 is an eigenvalue of A
   */
  public Matrix steadyStateGain() {
    return c.times(Matrix.identity(states()).minus(a).solve(b)).plus(d);
  }

  /**
   * Whether all states fade away without inputs: the eigenvalues of A are within the unit circle.
   */
  public boolean isStable() {
    return a.spectralRadius() < 1;
  }

  /**
   * {@code [B, A B, ..., A^(n-1) B]}, {@code [states, states * inputs]} (Kalman): its columns span
   * what can be reached from 0.
   */
  public Matrix controllabilityMatrix() {
    Matrix power = b;
    Matrix all = b;
    for (int k = 1; k < states(); k++) {
      power = a.times(power);
      all = all.beside(power);
    }
    return all;
  }

  /** {@code [C; C A; ...; C A^(n-1)]}: which states can be told apart by outputs. */
  public Matrix observabilityMatrix() {
    return transposed().controllabilityMatrix().transpose();
  }

  /** The dual system {@code (A', C', B', D')}: what is controllable in it is observable in this. */
  public LinearSystem transposed() {
    return new LinearSystem(a.transpose(), c.transpose(), b.transpose(), d.transpose());
  }

  /**
   * The same system in other states, {@code z = T x}.
   *
   * @throws UsageException if T has no inverse
   */
  public LinearSystem inBasis(Matrix t) {
    Shapes.require("T", t, states(), states());
    Matrix inverse = t.inverse();
    return new LinearSystem(t.times(a).times(inverse), t.times(b), c.times(inverse), d);
  }
}
