package dev.statecraft.core.control.advise;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;

/**
 * Sees, in the backward from outputs y, what an edge into x_v can do to them. The batch holds one
 * example as often as there are outputs, end to end, and replica i is differentiated by output i:
 * its rows of dy are {@code J_v' e_i}, {@code J_v = dy/dx_v}.
 *
 * <p>Adds the Gramian {@code W_ij = sum over rows t of |x_u,t|^2 (J_v,t' e_i) . (J_v,t' e_j)}, in
 * which every row is an input of its own (an edge has one Theta for all), and in a last column the
 * effects {@code sum over t of (J_v,t' e_i) . (B A x_u,t)} of the one edge whose B the sensor has.
 *
 * @param replicas one for each output
 */
record OutputSensor(int replicas) implements Sensor {
  @Override
  public String name() {
    return "output_sensor";
  }

  @Override
  public void measure(Tensor x, Tensor dy, BackwardContext context) {
    DType master = context.computeType().master();
    Tensor slopes = dy.as(master);
    Tensor weighted = slopes.mul(x.as(master).square().sumKeep(1).sqrtInPlace());
    Tensor byOutput = weighted.reshape(replicas, -1);
    Tensor moved = x.linear(context.parameter(A)).linear(context.parameter(B)).as(master);
    Tensor effects = slopes.mul(moved).reshape(replicas, -1).sumKeep(1);
    context.parameterGradient(EFFECTS).add(Tensor.cat(1, byOutput.matmul(byOutput.t()), effects));
  }
}
