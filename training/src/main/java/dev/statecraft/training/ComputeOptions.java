package dev.statecraft.training;

import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;

/**
 * How steps are computed, as far as it decides what memory they take.
 *
 * @param device where; operations differ in what they need in between
 * @param dtype of the frozen weights and the states
 * @param quantization of the frozen linears inside layers
 * @param states in which form states are stored
 */
public record ComputeOptions(
    Device device, DType dtype, Quantization quantization, StateFormat states) {
  /** On the CPU, nothing quantized, states stored exactly. */
  public static ComputeOptions cpu(DType dtype) {
    return new ComputeOptions(Device.CPU, dtype, Quantization.NONE, StateFormat.EXACT);
  }

  /** The same on another device. */
  public ComputeOptions on(Device other) {
    return new ComputeOptions(other, dtype, quantization, states);
  }

  /** The same on a quantized base. */
  public ComputeOptions quantized(Quantization format) {
    return new ComputeOptions(device, dtype, format, states);
  }

  /** The same with states stored in another form. */
  public ComputeOptions storing(StateFormat format) {
    return new ComputeOptions(device, dtype, quantization, format);
  }
}
