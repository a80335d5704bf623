/**
 * Arithmetic on rows of numbers in Java arrays, with the processor's vector instructions: {@link
 * dev.statecraft.tensor.vector.RowMath}, {@link dev.statecraft.tensor.vector.GateMath} and {@link
 * dev.statecraft.tensor.vector.ThinMath} on float32, {@link dev.statecraft.tensor.vector.Bfloat16}
 * and {@link dev.statecraft.tensor.vector.RowCodes} between float32 and narrower types, {@link
 * dev.statecraft.tensor.vector.Codes} from codes of a few bits.
 *
 * <p>This package alone uses {@code jdk.incubator.vector}, which the JVM has to be started with
 * ({@code --add-modules jdk.incubator.vector}); {@link
 * dev.statecraft.tensor.vector.VectorModule#isPresent()} tells. It knows nothing of tensors.
 */
package dev.statecraft.tensor.vector;
