package dev.statecraft.tensor.memory;

import java.util.Locale;

/** What memory is held for. Every block of storage is in one category at a time. */
public enum MemoryCategory {
  /** Frozen parameters. */
  WEIGHTS(0),
  /** Trained parameters. */
  CONTROL_PARAMETERS(1),
  /** Gradients of trained parameters. */
  GRADIENTS(2),
  /** The optimizer's moments. */
  MOMENTS(3),
  /** What is kept from the forward for the backward. */
  STORED_STATES(4),
  /** Gradients of states while the backward runs. */
  STATE_GRADIENTS(5),
  /** What came with the batch. */
  DATA(6),
  /** Everything that nobody has claimed: temporaries, states on their way, recomputed states. */
  WORKSPACE(7);

  /** How many there are. */
  static final int COUNT = values().length;

  private final int index;

  MemoryCategory(int index) {
    this.index = index;
  }

  /** Where a session's counts have it. */
  int index() {
    return index;
  }

  /** The word for it in files, such as {@code stored_states}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
