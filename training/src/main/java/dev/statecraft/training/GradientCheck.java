package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Generator;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Measures what compressed states cost in accuracy: gradients from one batch, with the states exact
 * and compressed, on the same weights and dropout.
 *
 * @param graph a tuned graph
 * @param weights its weights; control parameters that start at zero are random while it measures,
 *     since with B = 0 most gradients are zero and nothing would be seen
 * @param store which states each layer stores
 * @param batch makes the batch; each is closed after its pass
 * @param labels that the loss is the mean over
 */
public record GradientCheck(
    Graph graph, Weights weights, LayerPolicies store, Supplier<Batch> batch, long labels) {
  private static final double DEVIATION = 0.02;
  private static final long SEED = 1;

  /**
   * Part of the whole gradient's norm from which a parameter's own error counts. Some gradients are
   * zero but for rounding, as those of the biases of keys, to which softmax is blind.
   */
  private static final double LEAST_SHARE = 1e-3;

  /**
   * The errors of each format, in the order given.
   *
   * @throws NumericFaultException if the exact gradients are not finite
   */
  public Map<StateFormat, GradientError> errors(List<StateFormat> formats) {
    Map<StateFormat, GradientError> errors = new LinkedHashMap<>();
    try (Tensor before = weights.flatValues().copy().escape()) {
      randomizeZeros();
      try (Tensor exact = gradients(StateFormat.EXACT)) {
        if (!exact.isFinite()) {
          throw new NumericFaultException(
              "gradient check: expected finite gradients with exact states, found others");
        }
        for (StateFormat format : formats) {
          try (Tensor found = gradients(format)) {
            errors.put(format, error(found, exact));
          }
        }
      } finally {
        weights.flatValues().copyFrom(before);
        weights.flatGradients().zero();
      }
    }
    return errors;
  }

  private void randomizeZeros() {
    for (Parameter parameter : graph.trainableParameters()) {
      if (parameter.role() == Parameter.Role.CONTROL
          && parameter.init().equals(Initializer.ZEROS)) {
        DType type = weights.flatValues().dtype();
        long stream = Generator.mix(SEED, parameter.name().hashCode());
        try (Generator generator = weights.torch().generator(stream);
            Tensor values =
                weights.torch().normal(generator, type, 0, DEVIATION, parameter.sizes())) {
          weights.value(parameter.name()).copyFrom(values);
        }
      }
    }
  }

  /** All gradients, end to end; the caller's to close. */
  private Tensor gradients(StateFormat format) {
    StatePlan plan = StatePlan.training(graph, TaskModel.LOSS, Set.of(), store, format);
    weights.flatGradients().zero();
    try (Batch made = batch.get();
        Pass pass = Pass.run(plan, weights, made, new PassOptions(1.0 / labels, SEED, true))) {
      pass.value(TaskModel.LOSS);
    }
    return weights.flatGradients().copyTo(DType.FLOAT64).escape();
  }

  private GradientError error(Tensor found, Tensor exact) {
    try (Scope scope = weights.torch().scope()) {
      String worst = "";
      double most = -1;
      long offset = 0;
      for (Parameter parameter : graph.trainableParameters()) {
        Tensor part = exact.narrow(0, offset, parameter.elements());
        double relative = relative(found.narrow(0, offset, parameter.elements()), part);
        offset += parameter.elements();
        if (!(relative <= most) && part.norm() >= LEAST_SHARE * exact.norm()) {
          most = relative;
          worst = parameter.name();
        }
      }
      double cosine = found.mul(exact).sum() / (found.norm() * exact.norm());
      return new GradientError(relative(found, exact), cosine, worst, most);
    }
  }

  private static double relative(Tensor found, Tensor exact) {
    double difference = found.sub(exact).norm();
    return difference == 0 ? 0 : difference / exact.norm();
  }
}
