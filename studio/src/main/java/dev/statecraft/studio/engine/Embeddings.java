package dev.statecraft.studio.engine;

import java.util.List;

/**
 * Vectors of texts.
 *
 * @param vectors {@code [width]} each, in the order of the texts; the caller's own
 * @param truncated how many texts had more tokens than are read
 * @param maxLength the most tokens that are read
 */
public record Embeddings(List<float[]> vectors, int truncated, int maxLength) {
  public Embeddings {
    vectors = List.copyOf(vectors);
  }
}
