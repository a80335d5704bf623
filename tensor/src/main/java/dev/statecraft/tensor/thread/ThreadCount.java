package dev.statecraft.tensor.thread;

import dev.statecraft.base.UsageException;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How many threads libtorch's kernels compute with.
 *
 * <p>Left alone, libtorch takes as many as it believes the processor to have cores, which in a
 * virtual machine may be half of what the process may use. What the JVM may use also follows
 * affinity and the quota of a control group.
 */
public final class ThreadCount {
  /** The variable that users of OpenMP know. */
  public static final String VARIABLE = "OMP_NUM_THREADS";

  /** More would only wait, and a thread that cannot be started ends the process. */
  public static final int MOST = 1024;

  private ThreadCount() {}

  /** What the environment says ({@value #VARIABLE}), if anything. */
  public static OptionalInt ofEnvironment() {
    return of(System.getenv());
  }

  /**
   * What OpenMP understands: a number, or a list of numbers of which only the first matters here.
   */
  static OptionalInt of(Map<String, String> environment) {
    String first = environment.getOrDefault(VARIABLE, "").split(",", 2)[0].strip();
    if (!first.matches("\\+?[0-9]{1,9}")) {
      return OptionalInt.empty();
    }
    int threads = Integer.parseInt(first);
    return threads < 1 ? OptionalInt.empty() : OptionalInt.of(threads);
  }

  /** What the environment says, or as many as the JVM may use processors. */
  public static int usual() {
    return ofEnvironment().orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /**
   * A number of threads that a user may ask for.
   *
   * @throws UsageException if it is not from 1 to {@value #MOST}
   */
  public static int checked(int threads) {
    if (threads < 1 || threads > MOST) {
      throw new UsageException("threads: expected from 1 to " + MOST + ", found " + threads);
    }
    return threads;
  }
}
