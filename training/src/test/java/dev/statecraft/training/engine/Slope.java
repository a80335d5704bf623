package dev.statecraft.training.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The slope of the loss along one random direction through some parameters at once, by differences
 * and by gradients.
 *
 * @param directions of each parameter
 */
record Slope(Map<Parameter, double[]> directions) {
  /** Where the loss has all its derivatives. */
  static final double STEP = 3e-5;

  static Slope through(List<Parameter> parameters, Random random) {
    Map<Parameter, double[]> directions = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      directions.put(
          parameter, random.doubles(Math.toIntExact(parameter.elements()), -1, 1).toArray());
    }
    return new Slope(directions);
  }

  /** By gradients of the loss, by the parameters' names. */
  double of(Map<String, double[]> gradients) {
    double slope = 0;
    for (Map.Entry<Parameter, double[]> entry : directions.entrySet()) {
      double[] gradient = gradients.get(entry.getKey().name());
      for (int i = 0; i < gradient.length; i++) {
        slope += gradient[i] * entry.getValue()[i];
      }
    }
    return slope;
  }

  /** By central differences of fourth order, with steps h and 2 h. */
  double measured(Torch torch, TinyModel model, Graph graph, Weights weights, double h) {
    double near =
        lossAlong(torch, model, graph, weights, h) - lossAlong(torch, model, graph, weights, -h);
    double far =
        lossAlong(torch, model, graph, weights, 2 * h)
            - lossAlong(torch, model, graph, weights, -2 * h);
    return (8 * near - far) / (12 * h);
  }

  private double lossAlong(Torch torch, TinyModel model, Graph graph, Weights weights, double h) {
    move(torch, weights, h);
    double loss = model.loss(torch, graph, weights);
    move(torch, weights, -h);
    return loss;
  }

  private void move(Torch torch, Weights weights, double h) {
    directions.forEach(
        (parameter, direction) -> {
          try (Tensor step = torch.of(DType.FLOAT64, direction, parameter.sizes())) {
            weights.value(parameter.name()).addInPlace(step, h);
          }
        });
  }
}
