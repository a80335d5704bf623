package dev.statecraft.tensor;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;

/** How many threads OpenBLAS, which computes float32 products, splits each of them among. */
final class BlasThreads {
  /** As the process started. */
  private static final int USUAL = openblas.blas_get_num_threads();

  /**
   * The library's own function, found once: the bindings' search the libraries for it at each call
   * and for MKL's too (about 100 microseconds). Null where there is no such library.
   */
  private static final Setter SETTER = setter();

  private BlasThreads() {}

  /** From now on every thread computes its products alone. */
  static void alone() {
    set(1);
  }

  static void together() {
    set(USUAL);
  }

  private static void set(int threads) {
    if (SETTER != null) {
      SETTER.call(threads);
    }
  }

  private static Setter setter() {
    Pointer address = Loader.addressof("openblas_set_num_threads");
    if (address == null) {
      return null;
    }
    Setter setter = new Setter();
    setter.put(address);
    return setter;
  }

  /** Calls a C function of one int. */
  private static final class Setter extends openblas_nolapack.SetNumThreads {}
}
