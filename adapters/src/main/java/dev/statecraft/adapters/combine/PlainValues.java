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
        differences.add(difference(trained(members.get(run), parameter), start));
      }
      double[] sum =
          parameter.role() == Parameter.Role.HEAD
              ? mean(differences, runs)
              : how.method().values(differences, runs.stream().mapToInt(run -> run).toArray());
      Arrays.setAll(sum, i -> start[i] + sum[i]);
      return tensor(sum, parameter).copyTo(DType.FLOAT32).escape();
    }
  }

  /**
   * A head is no change of something: half of it, or the largest entries of it, is none. So it is a
   * mean whatever the method, by the runs' weights in proportion to their sum.
   */
  private double[] mean(List<double[]> heads, List<Integer> runs) {
    double[] weights =
        runs.stream().mapToDouble(run -> how.weights().map(w -> w.get(run)).orElse(1.0)).toArray();
    double all = Arrays.stream(weights).sum();
    double[] mean = new double[heads.get(0).length];
    for (int i = 0; i < heads.size(); i++) {
      double share = all > 0 ? weights[i] / all : 1.0 / heads.size();
      double[] head = heads.get(i);
      Arrays.setAll(mean, j -> mean[j] + share * head[j]);
    }
    return mean;
  }

  private Tensor alone(Parameter parameter, int run) {
    Member member = members.get(run);
    double[] values = trained(member, parameter);
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
      return start; // A head is put together as it is: see mean.
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

  private double[] trained(Member member, Parameter parameter) {
    Tensor values = member.trained().value(torch, parameter, DType.FLOAT64);
    member.requireFinite(values, parameter.name());
    return values.toDoubles();
  }

  private double[] read(WeightSource source, Parameter parameter) {
    return source.value(torch, parameter, DType.FLOAT64).toDoubles();
  }

  private static double[] difference(double[] values, double[] start) {
    Arrays.setAll(values, i -> values[i] - start[i]);
    return values;
  }
}
