package dev.statecraft.tensor.quant;

import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.memory.MemoryCategory;

/**
 * A matrix {@code [rows, columns]} in few bits. The first two formats are those of bitsandbytes, so
 * that a weight dequantizes to the values it has there.
 *
 * <ul>
 *   <li>{@link Quantization#INT8} (Dettmers et al. 2022, "LLM.int8()", section 2.1, without
 *       outliers): {@code q = round(127 w / m)}, m the largest magnitude of the row, float32. 8
 *       bits and 32 for each row.
 *   <li>{@link Quantization#NF4} (Dettmers et al. 2023, "QLoRA", section 3): of each 64 consecutive
 *       values, row after row, the index of the nearest of 16 levels to {@code w / m}, m the
 *       largest magnitude of the 64, two to a byte, the first in its upper half. The m are
 *       themselves quantized ("double quantization"): less their mean, in blocks of 256, each the
 *       index of the nearest of 256 levels. 4.127 bits in all. A block of zeros stays zeros.
 *   <li>{@link Quantization#INT4} and its kin, which {@link Int4Groups} tells of: 4 bits, and 64
 *       for each group of inputs.
 * </ul>
 *
 * <p>Values dequantize in float32 (but see {@link Int4Groups}) and are rounded once to the type
 * asked for. Immutable; whoever holds it owns it and closes it. On the device without memory
 * nothing is computed, but as many bytes are taken as elsewhere.
 */
public sealed interface QuantizedMatrix extends AutoCloseable
    permits Int8Rows, Nf4Blocks, Int4Groups {
  /**
   * Quantizes a matrix, a piece of it at a time.
   *
   * @param weight {@code [rows, columns]}, row-major, of any floating type; stays the caller's
   * @throws IllegalArgumentException if {@code format} is {@link Quantization#NONE} or the tensor
   *     is no row-major matrix
   */
  static QuantizedMatrix of(Quantization format, Tensor weight) {
    if (weight.dim() != 2 || !weight.isContiguous()) {
      throw new IllegalArgumentException("expected a row-major matrix to quantize: " + weight);
    }
    return switch (format) {
      case INT8 -> Int8Rows.of(weight);
      case NF4 -> Nf4Blocks.of(weight);
      case INT4, INT4_64, INT4_128 -> Int4Groups.of(weight, format.group());
      case NONE -> throw new IllegalArgumentException("quantize: expected a format, found none");
    };
  }

  long rows();

  long columns();

  /** Bytes held, scales included. */
  long bytes();

  /** Says what the memory is for. */
  void claim(MemoryCategory purpose);

  /** Writes the values into a row-major matrix of this shape and of any floating type. */
  void dequantizeInto(Tensor target);

  @Override
  void close();
}
