/**
 * The mathematics of making one of several runs' low-rank updates.
 *
 * <p>A tour. A {@link dev.statecraft.adapters.combine.method.LowRankUpdate} is {@code B A}, in
 * float64; {@link dev.statecraft.adapters.combine.method.EdgeUpdates} are those that several runs
 * have of one edge, and a {@link dev.statecraft.adapters.combine.method.CombineMethod} makes one of
 * them. {@link dev.statecraft.adapters.combine.method.Average}, {@link
 * dev.statecraft.adapters.combine.method.Linear} and {@link
 * dev.statecraft.adapters.combine.method.Svd} add them up; {@link
 * dev.statecraft.adapters.combine.method.Knots} and {@link
 * dev.statecraft.adapters.combine.method.TsvM} work on singular vectors; {@link
 * dev.statecraft.adapters.combine.method.ZipLora} fits what enters the edge ({@code ZipLoss},
 * {@code ZipDescent}); {@link dev.statecraft.adapters.combine.method.KLora} chooses a run. All of
 * these take low rank to low rank: the factors' QR, and the singular values of what is small
 * ({@code Triplets}).
 *
 * <p>{@link dev.statecraft.adapters.combine.method.Ties} ({@code SignElection}) and {@link
 * dev.statecraft.adapters.combine.method.Dare} need the entries, on the heap; {@code Magnitudes}
 * finds the largest ones. What they come out with has no factors, and {@code RangeFinder} finds
 * some of a rank.
 *
 * <p>How much is kept is told by {@link dev.statecraft.adapters.combine.method.Truncated}, which
 * also says whose the result is: the caller's scope's. What runs trained that is no update is
 * {@code Differences}, which every method combines too.
 */
package dev.statecraft.adapters.combine.method;
