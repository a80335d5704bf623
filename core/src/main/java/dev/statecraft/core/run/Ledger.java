package dev.statecraft.core.run;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.plan.Step;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemorySnapshot;
import java.util.ArrayList;
import java.util.List;

/**
 * What memory was held for at every step of a {@linkplain Pass pass}, and what was stored when it
 * was the most. On the device without memory it is the prediction, elsewhere the measurement: the
 * same counts, taken at the same moments.
 *
 * <p>It starts the session's peak anew at each step, so that whoever uses a ledger asks it, not the
 * session, for the peak.
 */
public final class Ledger {
  private static final Entry NOTHING = new Entry("", 0, MemorySnapshot.EMPTY);

  private final Torch torch;
  private final List<Entry> timeline = new ArrayList<>();
  private Entry peak = NOTHING;
  private List<Stored> storedAtPeak = List.of();
  private List<Stored> storedNow = List.of();
  private String stretch = "";

  /** The fullest of the restorations before the next step, whose stretch they go with. */
  private Entry restored = NOTHING;

  private List<Stored> storedAtRestored = List.of();

  /**
   * The moment of a stretch of steps at which most was held.
   *
   * @param step which stretch, such as {@code forward layer 3}
   * @param bytes of all tensors
   * @param memory the same by category
   */
  public record Entry(String step, long bytes, MemorySnapshot memory) {}

  /**
   * A state that is kept from forward to backward, or something that an op keeps beside it.
   *
   * @param layer index of the layer it belongs to, or -1
   */
  public record Stored(int layer, String name, long bytes) {}

  public Ledger(Torch torch) {
    this.torch = torch;
  }

  /** Runs something with an entry of its own. */
  public void record(String step, Runnable work) {
    begin(List.of());
    work.run();
    end(step);
  }

  /** Before a step; stored states change at the ends of steps only. */
  void begin(List<Stored> stored) {
    storedNow = stored;
    torch.resetPeak();
  }

  /**
   * After it. A release or compression goes with the step before it, a restoration with the one
   * after it, and what a layer's backward computes again with the layer.
   */
  void end(Step step) {
    if (step instanceof Step.Restore) {
      if (torch.peakBytes() > restored.bytes) {
        restored = new Entry("", torch.peakBytes(), torch.peak());
        storedAtRestored = storedNow;
      }
      return;
    }
    if (step instanceof Step.Compute compute) {
      Edge edge = compute.edges().get(0);
      if (!compute.again()) {
        stretch = name("forward", edge);
      } else if (edge.layer() >= 0) {
        stretch = name("backward", edge);
      }
    } else if (step instanceof Step.Differentiate differentiate) {
      stretch = name("backward", differentiate.edges().get(0));
    }
    end(stretch);
  }

  private static String name(String way, Edge edge) {
    return way + (edge.layer() >= 0 ? " layer " + edge.layer() : " " + edge.name());
  }

  private void end(String step) {
    if (restored.bytes > 0) {
      add(new Entry(step, restored.bytes, restored.memory), storedAtRestored);
      restored = NOTHING;
    }
    add(new Entry(step, torch.peakBytes(), torch.peak()), storedNow);
  }

  /** Neighbouring steps of one name make one entry. */
  private void add(Entry entry, List<Stored> stored) {
    if (entry.bytes > peak.bytes) {
      peak = entry;
      storedAtPeak = stored;
    }
    int last = timeline.size() - 1;
    if (last < 0 || !timeline.get(last).step.equals(entry.step)) {
      timeline.add(entry);
    } else if (entry.bytes > timeline.get(last).bytes) {
      timeline.set(last, entry);
    }
  }

  /** One entry for every layer on the way forward and back, in order. */
  public List<Entry> timeline() {
    return List.copyOf(timeline);
  }

  /**
   * The entry with the most bytes.
   *
   * @throws IllegalStateException if nothing was recorded
   */
  public Entry peak() {
    if (timeline.isEmpty()) {
      throw new IllegalStateException("a ledger without steps has no peak");
    }
    return peak;
  }

  /** What was stored at the peak, in the order in which it came to be. */
  public List<Stored> storedAtPeak() {
    return storedAtPeak;
  }
}
