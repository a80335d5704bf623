package dev.statecraft.adapters.combine;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Puts trained values of several runs together one by one: norms, biases, heads, whole weights,
 * factors and shifts of features. What counts is how far each is from where it started: the base
 * model's value, or the constant that the edge starts with.
 */
record PlainValues(Torch torch, Combining how, List<Member> members) {
  /** The values of a parameter of these runs, in float32; whoever asked for them closes them. */
  Tensor of(Parameter parameter, List<Integer> runs) {
    try (Scope scope = torch.scope()) {
      if (runs.size() == 1) {
        return alone(parameter, runs.get(0)).copyTo(DType.FLOAT32).escape();
      }
      double[] start = start(parameter, members.get(runs.get(0)));
      List<double[]> differences = new ArrayList<>();
      for (int run : runs) {
        differences.add(difference(read(members.get(run).trained(), parameter), start));
      }
      double[] sum = how.method().values(differences, runs.stream().mapToInt(run -> run).toArray());
      Arrays.setAll(sum, i -> start[i] + sum[i]);
      return tensor(sum, parameter).copyTo(DType.FLOAT32).escape();
    }
  }

  private Tensor alone(Parameter parameter, int run) {
    Member member = members.get(run);
    double[] values = read(member.trained(), parameter);
    if (how.alone(run).isPresent() && parameter.role() != Parameter.Role.HEAD) {
      double[] start = start(parameter, member);
      double factor = how.alone(run).getAsDouble();
      Arrays.setAll(values, i -> start[i] + factor * (values[i] - start[i]));
    }
    return tensor(values, parameter);
  }

  private Tensor tensor(double[] values, Parameter parameter) {
    return torch.of(DType.FLOAT64, values, parameter.sizes());
  }

  private double[] start(Parameter parameter, Member member) {
    double[] start = new double[Math.toIntExact(parameter.elements())];
    if (parameter.role() == Parameter.Role.BASE) {
      return read(member.base(), parameter);
    }
    if (parameter.role() == Parameter.Role.HEAD) {
      return start; // A head that was made for the task started at random.
    }
    if (parameter.init().kind() != Initializer.Kind.CONSTANT) {
      throw new UsageException(
          "combine: expected trained values that start at a constant, or at the model's, found '"
              + parameter.name()
              + "'");
    }
    Arrays.fill(start, parameter.init().scale());
    return start;
  }

  private double[] read(WeightSource source, Parameter parameter) {
    return source.value(torch, parameter, DType.FLOAT64).toDoubles();
  }

  private static double[] difference(double[] values, double[] start) {
    Arrays.setAll(values, i -> values[i] - start[i]);
    return values;
  }
}
