package dev.statecraft.core.run;

import dev.statecraft.tensor.Block;
import dev.statecraft.tensor.MemoryCategory;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a pass keeps from its forward for its backward: the memory that is claimed for stored
 * states, and under which names. Several may share a block, as fused linears' outputs do.
 */
final class StoredStates {
  private final Map<String, Held> held = new LinkedHashMap<>();

  private record Held(int layer, Block block, long bytes) {}

  /** Claims a tensor's memory under a name. */
  void add(int layer, String name, Tensor value) {
    value.claim(MemoryCategory.STORED_STATES);
    held.put(name, new Held(layer, value.block(), value.bytes()));
  }

  /** Ends a name's claim, once its tensor is closed. */
  void remove(String name) {
    Held removed = held.remove(name);
    if (removed != null
        && removed.block.handles() > 0
        && held.values().stream().noneMatch(other -> other.block == removed.block)) {
      removed.block.disclaim();
    }
  }

  /** All that is held; what a block has beyond its names' tensors counts for the first of them. */
  List<Ledger.Stored> list() {
    IdentityHashMap<Block, Long> unnamed = new IdentityHashMap<>();
    for (Held one : held.values()) {
      unnamed.merge(one.block, one.block.bytes() - one.bytes, (rest, more) -> rest - one.bytes);
    }
    List<Ledger.Stored> list = new ArrayList<>();
    held.forEach(
        (name, one) -> {
          long rest = unnamed.put(one.block, 0L);
          list.add(new Ledger.Stored(one.layer, name, one.bytes + rest));
        });
    return list;
  }
}
