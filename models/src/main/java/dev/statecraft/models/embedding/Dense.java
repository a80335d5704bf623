package dev.statecraft.models.embedding;

import dev.statecraft.base.InvalidInputException;
import java.util.function.DoubleUnaryOperator;

/** A linear layer with an activation: {@code f(W x + b)}, sentence-transformers' {@code Dense}. */
final class Dense implements VectorModule {
  private final String source;
  private final int inputs;
  private final float[] weight;
  private final float[] bias;
  private final Function function;

  /** What comes after the linear map, by the name of torch's class. */
  enum Function {
    IDENTITY("torch.nn.modules.linear.Identity", x -> x),
    TANH("torch.nn.modules.activation.Tanh", Math::tanh),
    SIGMOID("torch.nn.modules.activation.Sigmoid", x -> 1 / (1 + Math.exp(-x))),
    RELU("torch.nn.modules.activation.ReLU", x -> Math.max(x, 0));

    private final String name;
    private final DoubleUnaryOperator value;

    Function(String name, DoubleUnaryOperator value) {
      this.name = name;
      this.value = value;
    }

    String torchName() {
      return name;
    }
  }

  /**
   * A layer.
   *
   * @param source what messages call it
   * @param inputs width of what it reads
   * @param weight {@code [outputs, inputs]}, row by row; not copied
   * @param bias {@code [outputs]}; not copied
   */
  Dense(String source, int inputs, float[] weight, float[] bias, Function function) {
    this.source = source;
    this.inputs = inputs;
    this.weight = weight;
    this.bias = bias;
    this.function = function;
  }

  @Override
  public float[] apply(float[] vector) {
    float[] result = new float[bias.length];
    for (int i = 0; i < result.length; i++) {
      double sum = bias[i];
      for (int j = 0; j < inputs; j++) {
        sum += (double) weight[i * inputs + j] * vector[j];
      }
      result[i] = (float) function.value.applyAsDouble(sum);
    }
    return result;
  }

  @Override
  public int width(int input) {
    if (input != inputs) {
      throw new InvalidInputException(
          source + ": in_features: expected the " + input + " that come before, found " + inputs);
    }
    return bias.length;
  }
}
