package dev.statecraft.tensor;

/** Where tensors live. */
public enum Device {
  CPU,
  /** The first CUDA device; needs the GPU build of libtorch (Maven profile {@code cuda}). */
  CUDA;

  /**
   * Finds a device by name.
   *
   * @throws IllegalArgumentException if the name is neither {@code cpu} nor {@code cuda}
   */
  public static Device of(String name) {
    return switch (name) {
      case "cpu" -> CPU;
      case "cuda" -> CUDA;
      default ->
          throw new IllegalArgumentException("device: expected cpu or cuda, found '" + name + "'");
    };
  }
}
