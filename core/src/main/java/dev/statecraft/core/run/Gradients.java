package dev.statecraft.core.run;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.GradientSink;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.GradientPlacement;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The gradients of states while a backward runs: sums of contributions. A contribution may be the
 * very tensor that another state holds as its gradient (a residual passes its own on twice), so
 * each value counts its holders, and sums are made in place only where there is one.
 */
final class Gradients implements AutoCloseable {
  private final Torch torch;
  private final StatePlan plan;
  private final Extents extents;
  private final Function<State, DType> types;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Tensor> groupBuffers = new HashMap<>();

  /** Tensors handed to sinks during the current backward of one edge, by identity. */
  private final IdentityHashMap<Tensor, Value> offered = new IdentityHashMap<>();

  Gradients(Torch torch, StatePlan plan, Extents extents, Function<State, DType> types) {
    this.torch = torch;
    this.plan = plan;
    this.extents = extents;
    this.types = types;
  }

  /** A gradient and the number of states that hold it. */
  private static final class Value {
    private final Tensor tensor;
    private int holders = 1;

    Value(Tensor tensor) {
      this.tensor = tensor.claim(MemoryCategory.STATE_GRADIENTS);
    }

    void release() {
      if (--holders == 0) {
        tensor.close();
      }
    }
  }

  boolean has(State state) {
    return values.containsKey(state.name());
  }

  /** The gradient of a state; it must have one. */
  Tensor of(State state) {
    Value value = values.get(state.name());
    if (value == null) {
      throw new IllegalStateException("state '" + state.name() + "' received no gradient");
    }
    return value.tensor;
  }

  /** Whether this state alone holds its gradient's tensor. */
  boolean isExclusive(State state) {
    return values.get(state.name()).holders == 1;
  }

  /** Gives a state its first gradient. */
  void seed(State state, Tensor gradient) {
    values.put(state.name(), new Value(gradient.escape()));
  }

  /** Begins the backward of an edge: its upstream may be passed on as it is. */
  void begin(State output) {
    offered.clear();
    Value upstream = values.get(output.name());
    offered.put(upstream.tensor, upstream);
  }

  /** Frees a state's gradient. */
  void release(State state) {
    offered.clear();
    Value value = values.remove(state.name());
    if (value != null) {
      value.release();
    }
  }

  GradientSink sink(State state) {
    return new StateSink(state);
  }

  /**
   * The joined gradient of fused outputs {@code [rows, total]}: the buffer itself where every part
   * is in its place, otherwise with the parts copied there.
   */
  Tensor joined(Iterable<State> outputs) {
    Tensor buffer = null;
    for (State output : outputs) {
      GradientPlacement.Slot slot = plan.placement(output).orElseThrow();
      buffer = groupBuffer(slot, output);
      Tensor gradient = of(output);
      if (!gradient.sharesStorageWith(buffer)) {
        try (Tensor place = buffer.narrow(1, slot.offset(), slot.width())) {
          place.copyFrom(gradient);
        }
      }
    }
    return buffer;
  }

  /** Frees the joined buffer of fused outputs. */
  void releaseJoined(State first) {
    Tensor buffer = groupBuffers.remove(first.name());
    if (buffer != null) {
      buffer.close();
    }
  }

  private Tensor groupBuffer(GradientPlacement.Slot slot, State state) {
    return groupBuffers.computeIfAbsent(
        slot.group(),
        name -> {
          long[] shape = state.shape().resolve(extents);
          shape[shape.length - 1] = slot.total();
          return torch
              .empty(types.apply(state), shape)
              .claim(MemoryCategory.STATE_GRADIENTS)
              .escape();
        });
  }

  private Tensor allocate(State state) {
    GradientPlacement.Slot slot = plan.placement(state).orElse(null);
    if (slot == null || has(state)) {
      return torch.empty(types.apply(state), state.shape().resolve(extents));
    }
    return groupBuffer(slot, state).narrow(1, slot.offset(), slot.width());
  }

  @Override
  public void close() {
    offered.clear();
    values.values().forEach(Value::release);
    values.clear();
    groupBuffers.values().forEach(Tensor::close);
    groupBuffers.clear();
  }

  /** Sums the contributions to one state's gradient. */
  private final class StateSink implements GradientSink {
    private final State state;

    StateSink(State state) {
      this.state = state;
    }

    @Override
    public void add(Tensor contribution) {
      Value held = values.get(state.name());
      if (held == null) {
        Value known = offered.get(contribution);
        if (known != null) {
          known.holders++;
          values.put(state.name(), known);
        } else {
          Value fresh = new Value(contribution.share().escape());
          offered.put(contribution, fresh);
          values.put(state.name(), fresh);
        }
      } else if (held.holders == 1) {
        held.tensor.addInPlace(contribution);
      } else {
        replace(held, held.tensor.add(contribution));
      }
    }

    @Override
    public void addMatmul(Tensor a, Tensor b, double scale) {
      Value held = values.get(state.name());
      if (held == null) {
        Tensor product = allocate().setToMatmul(a, b);
        if (scale != 1) {
          product.mulInPlace(scale);
        }
        values.put(state.name(), new Value(product.escape()));
      } else if (held.holders == 1) {
        held.tensor.addmmInPlace(a, b, 1, scale);
      } else {
        replace(held, held.tensor.copy().addmmInPlace(a, b, 1, scale));
      }
    }

    @Override
    public void addColumns(Tensor contribution, long from) {
      Value held = values.get(state.name());
      if (held == null) {
        GradientSink.super.addColumns(contribution, from);
        return;
      }
      if (held.holders > 1) {
        replace(held, held.tensor.copy());
      }
      try (Tensor place = values.get(state.name()).tensor.narrow(1, from, contribution.size(1))) {
        place.addInPlace(contribution);
      }
    }

    @Override
    public Optional<Tensor> sum() {
      return Optional.ofNullable(values.get(state.name())).map(value -> value.tensor);
    }

    @Override
    public void replace(Tensor total) {
      Value held = values.remove(state.name());
      add(total);
      if (held != null) {
        held.release();
      }
    }

    private void replace(Value held, Tensor sum) {
      values.put(state.name(), new Value(sum.escape()));
      held.release();
    }

    @Override
    public Tensor allocate() {
      return Gradients.this.allocate(state);
    }
  }
}
