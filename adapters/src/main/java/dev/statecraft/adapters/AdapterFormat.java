package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;

/** What an exported adapter looks like. All of them are read back by {@link AdapterFolder#open}. */
public enum AdapterFormat {
  /** Python's PEFT: LoRA, DoRA and IA3. */
  PEFT("peft"),
  /** Ours, for every method: {@code peft_type} {@code CONTROL}, {@code FULL} or {@code PROBE}. */
  CONTROL("control"),
  /** The checkpoints of the paper's reference implementation: control, and control with LoRA. */
  PAPER("paper");

  private final String label;

  AdapterFormat(String label) {
    this.label = label;
  }

  /** The word on the command line. */
  public String label() {
    return label;
  }

  /** The format in which Statecraft itself saves such an adapter. */
  public static AdapterFormat usual(AdapterDescription description) {
    return description.isPeft() ? PEFT : CONTROL;
  }

  /**
   * Finds a format by its word.
   *
   * @throws UsageException if there is none
   */
  public static AdapterFormat of(String label) {
    List<String> labels = Arrays.stream(values()).map(AdapterFormat::label).toList();
    int index = labels.indexOf(label);
    if (index < 0) {
      throw new UsageException("--format: expected one of " + labels + ", found '" + label + "'");
    }
    return values()[index];
  }
}
