package dev.statecraft.tensor.quant;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How frozen matrices are held. */
public enum Quantization {
  /** As they are, in the model's type. */
  NONE("none"),
  /** 8 bits a value and a scale for each row: {@link QuantizedMatrix} says how. */
  INT8("int8"),
  /** 4 bits a value and a scale for each 64 values: {@link QuantizedMatrix} says how. */
  NF4("nf4"),
  /** 4 bits a value, a scale and a zero point for each 32 inputs: {@link Int4Groups} says how. */
  INT4("int4", 32),
  /** The same for each 64 inputs. */
  INT4_64("int4-64", 64),
  /** The same for each 128 inputs. */
  INT4_128("int4-128", 128);

  private final String label;
  private final int group;

  Quantization(String label) {
    this(label, 0);
  }

  Quantization(String label, int group) {
    this.label = label;
    this.group = group;
  }

  /** The word in recipes and on the command line. */
  public String label() {
    return label;
  }

  /** Inputs of a row that share a scale and a zero point; 0 for formats without zero points. */
  public int group() {
    return group;
  }

  /** The format with zero points for groups of this size, if there is one. */
  public static Optional<Quantization> ofGroup(int group) {
    return Arrays.stream(values())
        .filter(format -> format.group > 0 && format.group == group)
        .findFirst();
  }

  /** The words of the formats with zero points. */
  public static List<String> withZeroPoints() {
    return Arrays.stream(values())
        .filter(format -> format.group > 0)
        .map(Quantization::label)
        .toList();
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
