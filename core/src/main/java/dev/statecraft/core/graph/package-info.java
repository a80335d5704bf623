/**
 * The network as a graph of states.
 *
 * <p>A tour. A {@link dev.statecraft.core.graph.State} is a named activation with a symbolic {@link
 * dev.statecraft.core.graph.Shape}, whose rows lie along an {@link dev.statecraft.core.graph.Axis}
 * (each batch has its {@link dev.statecraft.core.graph.Extents}: a {@link
 * dev.statecraft.core.graph.Layout} for every axis); an {@link dev.statecraft.core.graph.Edge}
 * computes one state from others with an {@link dev.statecraft.core.graph.Op} and named {@link
 * dev.statecraft.core.graph.Parameter}s; a {@link dev.statecraft.core.graph.Graph} is an ordered,
 * validated, immutable list of edges. A model family builds one with a {@link
 * dev.statecraft.core.graph.GraphBuilder} and describes its {@link
 * dev.statecraft.core.graph.Layer}s as lists of residual {@link dev.statecraft.core.graph.Block}s:
 * where each begins and ends, and what it adds; a tuning rewrites it with a {@link
 * dev.statecraft.core.graph.GraphEditor}, and may add {@link dev.statecraft.core.graph.StepRule}s
 * that the optimizer's steps heed. {@link dev.statecraft.core.graph.JointGraphs} puts graphs of
 * several tasks over one trunk.
 *
 * <p>An op is stateless: {@link dev.statecraft.core.graph.Op#forward} and {@link
 * dev.statecraft.core.graph.Op#backward} see one evaluation through a {@link
 * dev.statecraft.core.graph.ForwardContext} and a {@link
 * dev.statecraft.core.graph.BackwardContext}, and {@link dev.statecraft.core.graph.Op#reads} says
 * beforehand what the backward will want to see, which is what plans are made of. Nothing in this
 * package holds data.
 */
package dev.statecraft.core.graph;
