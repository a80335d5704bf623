package dev.statecraft.tensor;

import dev.statecraft.base.UsageException;

/** Where tensors live. */
public enum Device {
  CPU,
  /** The first CUDA device; needs the GPU build of libtorch (Maven profile {@code cuda}). */
  CUDA,
  /**
   * No memory at all: tensors have shapes and sizes but no values. The same computation run here
   * tells how many bytes it would take elsewhere.
   */
  META;

  /**
   * Finds a device that computes by name.
   *
   * @throws UsageException if the name is neither {@code cpu} nor {@code cuda}
   */
  public static Device of(String name) {
    return switch (name) {
      case "cpu" -> CPU;
      case "cuda" -> CUDA;
      default -> throw new UsageException("device: expected cpu or cuda, found '" + name + "'");
    };
  }
}
