package dev.statecraft.tensor.thread;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;

/** How many threads OpenBLAS, which computes float32 products, splits each of them among. */
public final class BlasThreads {
  /** Who sets OpenBLAS's own variable knows why: it is left to decide. */
  private static final boolean DECIDED = System.getenv("OPENBLAS_NUM_THREADS") != null;

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

  /** From now on a product is split among so many threads. */
  public static void together(int threads) {
    // Below 1, OpenBLAS takes as many as when the process started.
    set(DECIDED ? 0 : threads);
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
