package dev.statecraft.models.embedding;

/**
 * Length 1: {@code x / max(|x|_2, 1e-12)}, as {@code torch.nn.functional.normalize} in
 * sentence-transformers' {@code Normalize}.
 */
record Normalize() implements VectorModule {
  private static final double LEAST = 1e-12;

  @Override
  public float[] apply(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    double length = Math.max(Math.sqrt(squares), LEAST);
    float[] normal = new float[vector.length];
    for (int i = 0; i < normal.length; i++) {
      normal[i] = (float) (vector[i] / length);
    }
    return normal;
  }

  @Override
  public int width(int input) {
    return input;
  }
}
