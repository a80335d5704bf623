package dev.statecraft.tensor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Small tensors that many operations of a session read, such as tables: made when first asked for
 * and kept, until the session ends or many others have been asked for since. On a device with
 * memory of its own, making one takes a copy to it. They are the session's own and not counted.
 */
public final class Constants implements AutoCloseable {
  private static final int KEPT = 8;

  private final Torch session;
  private final Map<Object, org.bytedeco.pytorch.Tensor> kept =
      new LinkedHashMap<>(KEPT, 0.75f, true);

  Constants(Torch session) {
    this.session = session;
  }

  /**
   * The tensor of a key, as a handle of the caller's.
   *
   * @param make makes it
   */
  public Tensor of(Object key, Supplier<Tensor> make) {
    org.bytedeco.pytorch.Tensor known = kept.get(key);
    if (known == null) {
      if (kept.size() == KEPT) {
        kept.remove(kept.keySet().iterator().next()).close();
      }
      try (Tensor made = make.get()) {
        // Out of the pool, which takes back what a closed tensor had.
        known = made.handle().clone();
      }
      kept.put(key, known);
    }
    return Tensor.borrowed(session, new org.bytedeco.pytorch.Tensor(known));
  }

  @Override
  public void close() {
    kept.values().forEach(org.bytedeco.pytorch.Tensor::close);
    kept.clear();
  }
}
