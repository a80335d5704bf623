package dev.statecraft.tensor.quant;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;

/** How frozen matrices are held. */
public enum Quantization {
  /** As they are, in the model's type. */
  NONE("none"),
  /** 8 bits a value and a scale for each row: {@link QuantizedMatrix} says how. */
  INT8("int8"),
  /** 4 bits a value and a scale for each 64 values: {@link QuantizedMatrix} says how. */
  NF4("nf4");

  private final String label;

  Quantization(String label) {
    this.label = label;
  }

  /** The word in recipes and on the command line. */
  public String label() {
    return label;
  }

  /**
   * Finds one by its word.
   *
   * @throws UsageException if there is none
   */
  public static Quantization of(String label) {
    List<String> labels = Arrays.stream(values()).map(Quantization::label).toList();
    int index = labels.indexOf(label);
    if (index < 0) {
      throw new UsageException("quantize: expected one of " + labels + ", found '" + label + "'");
    }
    return values()[index];
  }
}
