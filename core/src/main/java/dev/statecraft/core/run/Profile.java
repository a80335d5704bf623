package dev.statecraft.core.run;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.plan.Step;
import dev.statecraft.tensor.Torch;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the time of passes goes: by phase and op, and how much of it are matrix products. Means
 * something where an operation is done when its call returns, as on the CPU.
 */
public final class Profile {
  /**
   * The time of one op in one phase, over all passes.
   *
   * @param phase {@code forward}, {@code again} (recomputation), {@code backward}, {@code release}
   * @param op its name; linears computed together are {@code fused_linear}
   * @param seconds of wall time
   * @param productSeconds of those, in matrix products
   * @param calls steps taken
   */
  public record Row(String phase, String op, double seconds, double productSeconds, long calls) {}

  private static final class Total {
    private long nanos;
    private long productNanos;
    private long calls;
  }

  private final Map<String, Total> totals = new TreeMap<>();

  /** Takes a step, on the clock. */
  void time(Torch torch, Step step, Runnable taken) {
    torch.timeProducts(true);
    long products = torch.productNanos();
    long start = System.nanoTime();
    taken.run();
    Total total = totals.computeIfAbsent(label(step), label -> new Total());
    total.nanos += System.nanoTime() - start;
    total.productNanos += torch.productNanos() - products;
    total.calls++;
    torch.timeProducts(false);
  }

  /** Forgets what was measured. */
  public void reset() {
    totals.clear();
  }

  /** What was measured, the longest first. */
  public List<Row> rows() {
    return totals.entrySet().stream()
        .map(
            entry -> {
              String[] words = entry.getKey().split(" ", 2);
              Total total = entry.getValue();
              return new Row(
                  words[0], words[1], total.nanos / 1e9, total.productNanos / 1e9, total.calls);
            })
        .sorted(Comparator.comparingDouble(Row::seconds).reversed())
        .toList();
  }

  private static String label(Step step) {
    if (step instanceof Step.Compute compute) {
      return (compute.again() ? "again " : "forward ") + op(compute.edges());
    }
    if (step instanceof Step.Differentiate differentiate) {
      return "backward " + op(differentiate.edges());
    }
    return "release states";
  }

  private static String op(List<Edge> edges) {
    return edges.size() > 1 ? "fused_linear" : edges.get(0).op().name();
  }
}
