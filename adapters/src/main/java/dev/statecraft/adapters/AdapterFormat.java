package dev.statecraft.adapters;

import dev.statecraft.base.JsonKeys;
import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What an exported adapter looks like. All of them are read back by {@link AdapterFolder#open}. */
public enum AdapterFormat {
  /** Python's PEFT: LoRA, DoRA, IA3, VeRA and AdaLoRA. */
  PEFT("peft"),
  /** Ours, for every method: {@code peft_type} {@code CONTROL}, {@code FULL} or {@code PROBE}. */
  CONTROL("control"),
  /** The checkpoints of the paper's reference implementation: control, and control with LoRA. */
  PAPER("paper"),
  /** The paper's authors' newer code: low-rank edges between modules. */
  STATEFT("stateft");

  private final String label;

  AdapterFormat(String label) {
    this.label = label;
  }

  AdapterLayout layout() {
    return switch (this) {
      case PEFT -> new OwnLayout(true);
      case CONTROL -> new OwnLayout(false);
      case PAPER -> new PaperFormat();
      case STATEFT -> new StateftFormat();
    };
  }

  /** How the files of an adapter are laid out, by its settings. */
  static AdapterLayout layoutOf(JsonKeys settings) {
    return Stream.of(PAPER, STATEFT, CONTROL)
        .map(AdapterFormat::layout)
        .filter(layout -> layout.isOf(settings))
        .findFirst()
        .orElseThrow();
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
