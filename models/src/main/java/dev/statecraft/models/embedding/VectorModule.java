package dev.statecraft.models.embedding;

/** What is done with a sentence's vector after pooling. */
sealed interface VectorModule permits Dense, Normalize {
  /**
   * The vector that comes of one.
   *
   * @param vector not changed
   */
  float[] apply(float[] vector);

  /**
   * Width of what comes of a vector.
   *
   * @throws dev.statecraft.base.InvalidInputException if it is for vectors of another width
   */
  int width(int input);
}
