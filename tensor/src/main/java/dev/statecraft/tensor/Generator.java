package dev.statecraft.tensor;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * Seeded randomness. The same seed gives the same numbers on the same device, whatever was drawn
 * elsewhere.
 */
public final class Generator implements AutoCloseable {
  private final org.bytedeco.pytorch.Generator handle;
  private final GeneratorOptional optional;

  Generator(long seed) {
    // Drawn on the CPU on every device, so that a run does not depend on where it happens.
    handle = torch.make_generator_cpu(seed);
    optional = new GeneratorOptional(handle);
  }

  GeneratorOptional optional() {
    return optional;
  }

  @Override
  public void close() {
    optional.close();
    handle.close();
  }

  /**
   * Mixes numbers into one well-spread seed (SplitMix64's finalizer), so that neighbouring steps or
   * edges get unrelated streams.
   */
  public static long mix(long seed, long... parts) {
    long z = seed;
    for (long part : parts) {
      z += 0x9E3779B97F4A7C15L + part;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
    }
    return z;
  }
}
