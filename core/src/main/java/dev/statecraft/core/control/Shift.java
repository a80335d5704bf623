package dev.statecraft.core.control;

import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code x_v' = x_v + b}, b starting at 0: the bias that BitFit trains (Ben Zaken et al. 2022,
 * "BitFit: Simple Parameter-efficient Fine-tuning for Transformer-based Masked Language-models").
 * In series: u = v.
 */
public record Shift() implements ControlFunction {
  @Override
  public boolean isSeries() {
    return true;
  }

  @Override
  public Op op() {
    return new ShiftControl();
  }

  @Override
  public boolean isOfPlainValues() {
    return true;
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return List.of(Parameter.control(name.apply("b"), Initializer.ZEROS, out));
  }
}
