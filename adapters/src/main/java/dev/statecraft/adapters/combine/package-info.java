/**
 * Several adapters of one base, as one.
 *
 * <p>A tour. {@link dev.statecraft.adapters.combine.Combination} takes {@link
 * dev.statecraft.adapters.combine.Member}s and a {@link dev.statecraft.adapters.combine.Combining},
 * and says what would become of every edge ({@link dev.statecraft.adapters.combine.CombinedEdge})
 * or makes the {@link dev.statecraft.adapters.combine.CombinedAdapter}. It sorts the adapters'
 * {@code Parts}: low-rank updates of linears go to a {@code LinearUnion} and come out as one LoRA;
 * control edges between states go to a {@code ControlUnion}, which leaves out what would close a
 * cycle and has a {@code ControlSite} for each pair of endpoints; what is left is put together
 * value by value by a {@code PlainUnion}.
 *
 * <p>A {@code ControlSite} is one of five, by what its edges compute: {@code SiteAsItIs} (one run
 * has it), {@code LowRankSite}, {@code ValuesSite} (factors and shifts of features), {@code
 * JoinedSite} (bottlenecks side by side in one), {@code BesideSite} (others, side by side).
 * Low-rank updates of several runs are {@code Strand}s, of which {@code StrandMerge} makes one by a
 * method of {@code adapters.combine.method}.
 */
package dev.statecraft.adapters.combine;
