/**
 * Which control edges are worth having: what can be measured of edges that are not there yet.
 *
 * <p>A tour. A {@link dev.statecraft.core.control.advise.Candidate} says where an edge could go.
 * {@link dev.statecraft.core.control.advise.Sensors} puts one sensor at each: an edge that changes
 * nothing, and whose backward, which sees the state u and the gradient of v, adds what is asked of
 * them to the gradients of its parameters. So sensors are planned, counted and freed as edges that
 * are tuned, and their sums over the micro-batches of a sample come for nothing. There are two
 * kinds, of the same parameters. {@code GradientSensor}s stand in a graph that ends in the loss and
 * see the gradient of the edge's B at zero and the second moments of what it would multiply. {@code
 * OutputSensor}s stand in one that ends in the outputs themselves ({@link
 * dev.statecraft.core.graph.Op#outputs}), over a batch that holds one example many times, and see
 * how much of the outputs' Gramian is theirs, and how far an edge of the B that is then theirs
 * would move each output.
 */
package dev.statecraft.core.control.advise;
