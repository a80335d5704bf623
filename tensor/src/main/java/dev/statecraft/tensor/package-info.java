/**
 * The one wrapper of libtorch (org.bytedeco:pytorch): everything above works with these types
 * alone.
 *
 * <p>A tour. {@link dev.statecraft.tensor.Torch} is a session on one device: it makes tensors and
 * knows how many live and how many bytes they hold. A {@link dev.statecraft.tensor.Tensor} is a
 * handle with one owner; closing the last handle of a storage frees it at once, and a closed handle
 * throws when it is used. Temporaries are not closed by hand: a {@link dev.statecraft.tensor.Scope}
 * closes what was made inside it, except what {@linkplain dev.statecraft.tensor.Tensor#escape()
 * escaped}. {@link dev.statecraft.tensor.Autograd} asks libtorch's own tape for a vector-Jacobian
 * product (user functions, test oracles), {@link dev.statecraft.tensor.Generator} gives seeded
 * randomness; operations that libtorch's Java class lacks go through {@link
 * dev.statecraft.tensor.Operation}.
 *
 * <p>The rooms beside this one: {@link dev.statecraft.tensor.memory} (what tensors lie in and how
 * it is counted) and {@link dev.statecraft.tensor.thread} are below; {@link
 * dev.statecraft.tensor.kernel} (neural-network kernels, through one facade) and, above it, {@link
 * dev.statecraft.tensor.quant} (matrices and rows in fewer bits) work on tensors; {@link
 * dev.statecraft.tensor.vector} is arithmetic on Java arrays.
 *
 * <p>Sessions are confined to the thread that opened them.
 */
package dev.statecraft.tensor;
