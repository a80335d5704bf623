/**
 * What one pass over a graph does, step by step, decided before any data is there.
 *
 * <p>A tour. {@link dev.statecraft.core.plan.StatePlan} turns a graph and a {@link
 * dev.statecraft.core.plan.StorePolicy} for each of its {@linkplain
 * dev.statecraft.core.plan.LayerPolicies layers} into a list of {@link
 * dev.statecraft.core.plan.Step}s: compute, compute again, differentiate, release. Nothing below
 * the first trainable edge is differentiated or stored; a state is released at its last use;
 * linears that share an input are {@linkplain dev.statecraft.core.plan.FusedLinears fused} into one
 * product, and {@linkplain dev.statecraft.core.plan.JoinedInputs thin matrices} of one state too
 * where there is no backward. {@code Differentiation} finds which gradients are wanted, {@code
 * Storage} which states are stored and which are computed again, {@code Compression} when stored
 * ones are {@linkplain dev.statecraft.core.plan.StateFormat compressed}, {@code Lifetimes} when
 * each can go.
 */
package dev.statecraft.core.plan;
