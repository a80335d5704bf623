package dev.statecraft.core.control.advise;

import dev.statecraft.core.graph.BackwardContext;
import dev.statecraft.tensor.Tensor;

/**
 * Sees, in the backward from a loss, what a low-rank edge {@code x_v + B A x_u} with B = 0 would
 * learn first: {@code dB += dy^T h} and {@code moments += h^T h}, with {@code h = A x_u}.
 */
record GradientSensor() implements Sensor {
  @Override
  public String name() {
    return "gradient_sensor";
  }

  @Override
  public void measure(Tensor x, Tensor dy, BackwardContext context) {
    Tensor h = x.linear(context.parameter(A));
    context.parameterGradient(B).addMatmul(dy.t(), h, 1);
    context.parameterGradient(MOMENTS).addMatmul(h.t(), h, 1);
  }
}
