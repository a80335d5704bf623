package dev.statecraft.core.run;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.memory.Block;
import dev.statecraft.tensor.memory.MemoryCategory;
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

  private record Part(Block block, long bytes) {}

  private record Held(int layer, List<Part> parts) {
    boolean isIn(Block block) {
      return parts.stream().anyMatch(part -> part.block == block);
    }
  }

  /** Claims a tensor's memory under a name. */
  void add(int layer, String name, Tensor value) {
    add(layer, name, List.of(value));
  }

  /** Claims the memory of what is held as several tensors, such as codes and their scales. */
  void add(int layer, String name, List<Tensor> values) {
    values.forEach(value -> value.claim(MemoryCategory.STORED_STATES));
    held.put(
        name,
        new Held(
            layer, values.stream().map(value -> new Part(value.block(), value.bytes())).toList()));
  }

  /** Ends a name's claim, once its tensors are closed. */
  void remove(String name) {
    Held removed = held.remove(name);
    if (removed == null) {
      return;
    }
    for (Part part : removed.parts) {
      if (part.block.handles() > 0
          && held.values().stream().noneMatch(other -> other.isIn(part.block))) {
        part.block.disclaim();
      }
    }
  }

  /** All that is held; what a block has beyond its names' tensors counts for the first of them. */
  List<Ledger.Stored> list() {
    IdentityHashMap<Block, Long> unnamed = new IdentityHashMap<>();
    for (Held one : held.values()) {
      for (Part part : one.parts) {
        long bytes = part.bytes;
        unnamed.merge(part.block, part.block.bytes() - bytes, (rest, more) -> rest - bytes);
      }
    }
    List<Ledger.Stored> list = new ArrayList<>();
    held.forEach(
        (name, one) -> {
          long bytes = 0;
          for (Part part : one.parts) {
            bytes += part.bytes + unnamed.put(part.block, 0L);
          }
          list.add(new Ledger.Stored(one.layer, name, bytes));
        });
    return list;
  }
}
