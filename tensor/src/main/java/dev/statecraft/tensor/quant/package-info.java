/**
 * Numbers in fewer bits. A {@link dev.statecraft.tensor.quant.QuantizedMatrix} holds a frozen
 * weight as a {@link dev.statecraft.tensor.quant.Quantization} says, in 4 or 8 bits; {@link
 * dev.statecraft.tensor.quant.RowCodec} makes {@link dev.statecraft.tensor.quant.CompressedRows} of
 * a stored state. Both have kernels of their own on the CPU and libtorch's operations elsewhere, to
 * the same bits.
 */
package dev.statecraft.tensor.quant;
