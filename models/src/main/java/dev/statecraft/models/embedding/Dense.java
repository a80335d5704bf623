package dev.statecraft.models.embedding;

import dev.statecraft.base.InvalidInputException;

/** A linear layer with an activation: {@code f(W x + b)}, sentence-transformers' {@code Dense}. */
final class Dense implements VectorModule {
  private final String source;
  private final int inputs;
  private final float[] weight;
  private final float[] bias;
  private final Function function;

  /** What comes after the linear map, by the name of torch's class. */
  enum Function {
    IDENTITY("torch.nn.modules.linear.Identity"),
    TANH("torch.nn.modules.activation.Tanh"),
    SIGMOID("torch.nn.modules.activation.Sigmoid"),
    RELU("torch.nn.modules.activation.ReLU");

    private final String name;

    Function(String name) {
      this.name = name;
    }

    private double of(double x) {
      return switch (this) {
        case IDENTITY -> x;
        case TANH -> Math.tanh(x);
        case SIGMOID -> 1 / (1 + Math.exp(-x));
        case RELU -> Math.max(x, 0);
      };
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
      result[i] = (float) function.of(sum);
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
