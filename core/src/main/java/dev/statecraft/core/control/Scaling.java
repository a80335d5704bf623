package dev.statecraft.core.control;

import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * {@code x_v' = l * x_v}, feature by feature, l starting at 1: what IA3 does to a state (Liu et al.
 * 2022, "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than In-Context Learning",
 * section 3.3). In series: u = v.
 */
public record Scaling() implements ControlFunction {
  @Override
  public boolean isSeries() {
    return true;
  }

  @Override
  public Op op() {
    return new ScalingControl();
  }

  @Override
  public boolean isOfPlainValues() {
    return true;
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    return List.of(Parameter.control(name.apply("l"), Initializer.ONES, out));
  }
}
