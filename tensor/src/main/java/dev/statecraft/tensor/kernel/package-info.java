/**
 * Neural-network kernels. {@link dev.statecraft.tensor.kernel.Kernels} is the one door: each of its
 * methods chooses by device and type, so that callers ask for what they want computed and never
 * whether it is there.
 *
 * <p>Behind it: {@code RowKernels} and {@code BlockedAttention} are kernels of our own on the CPU,
 * for what libtorch takes many passes over memory; {@code AttentionBand} says which scores of an
 * {@link dev.statecraft.tensor.kernel.AttentionRule} are computed at all. They go by {@link
 * dev.statecraft.tensor.kernel.Rows}, their one loop is {@code RowPass}, their arithmetic {@link
 * dev.statecraft.tensor.vector}. {@code CudaKernels} and {@code FlashAttention} are what libtorch
 * has on CUDA alone. {@code RmsNormKernels}, {@code GateKernels}, {@code RotaryKernels} and {@code
 * CrossEntropyKernels} choose, and compose libtorch's operations where there is no kernel; {@code
 * LayerNormKernels} and {@code FusedAdamW} are libtorch's own. A kernel that adds to a gradient on
 * its way does so by an {@link dev.statecraft.tensor.kernel.Accumulator}. Beside the door stands
 * {@link dev.statecraft.tensor.kernel.OneRow}, for callers who know that a text is being written.
 */
package dev.statecraft.tensor.kernel;
