/**
 * The one wrapper of libtorch (org.bytedeco:pytorch): everything above works with these types
 * alone.
 *
 * <p>A tour. {@link dev.statecraft.tensor.Torch} is a session on one device: it makes tensors and
 * knows how many live and how many bytes they hold. A {@link dev.statecraft.tensor.Tensor} is a
 * handle with one owner; closing the last handle of a storage frees it at once, and a closed handle
 * throws when it is used. Temporaries are not closed by hand: a {@link dev.statecraft.tensor.Scope}
 * closes what was made inside it, except what {@linkplain dev.statecraft.tensor.Tensor#escape()
 * escaped}. {@link dev.statecraft.tensor.Kernels} has the neural-network kernels with their
 * backwards, {@link dev.statecraft.tensor.Autograd} asks libtorch's own tape for a vector-Jacobian
 * product (user functions, test oracles), {@link dev.statecraft.tensor.Generator} gives seeded
 * randomness. A {@link dev.statecraft.tensor.QuantizedMatrix} holds a frozen matrix in 4 or 8 bits.
 *
 * <p>On the CPU, larger tensors lie in a {@code MemoryPool} of their session. {@link
 * dev.statecraft.tensor.RowKernels} and {@link dev.statecraft.tensor.BlockedAttention} are kernels
 * of our own, for what libtorch takes many passes over memory; their loops are in {@code RowPass},
 * their arithmetic in {@link dev.statecraft.tensor.vector}, and {@code Workers} are their threads.
 * {@link dev.statecraft.tensor.CudaKernels} and {@link dev.statecraft.tensor.FlashAttention} are
 * what libtorch has on CUDA alone; operations that its Java class lacks go through {@code
 * Operation}.
 *
 * <p>Sessions are confined to the thread that opened them.
 */
package dev.statecraft.tensor;
