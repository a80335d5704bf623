package dev.statecraft.studio.steer;

/**
 * The feedback at one layer's output: {@code x + push (setpoint - direction' x)}, which is a
 * low-rank edge of rank 1 with {@code A = direction'}, {@code a = -setpoint}, {@code B = -push}.
 */
public final class SteeringEdge {
  private final double[] direction;
  private final double[] push;
  private final double setpoint;

  /**
   * Of a layer.
   *
   * @param direction v, of length 1, {@code [hidden]}
   * @param push K v, {@code [hidden]}
   * @param setpoint where v'x is pushed to
   */
  public SteeringEdge(double[] direction, double[] push, double setpoint) {
    this.direction = direction.clone();
    this.push = push.clone();
    this.setpoint = setpoint;
  }

  /** The v along which it pushes, of length 1, {@code [hidden]}. */
  public double[] direction() {
    return direction.clone();
  }

  /** K v, {@code [hidden]}. */
  public double[] push() {
    return push.clone();
  }

  /** Where v'x is pushed to. */
  public double setpoint() {
    return setpoint;
  }

  /** v'K v: the share of its distance from the setpoint by which v'x is moved. */
  public double share() {
    return Vectors.dot(direction, push);
  }

  /** The length of K v. */
  public double gain() {
    return Vectors.length(push);
  }
}
