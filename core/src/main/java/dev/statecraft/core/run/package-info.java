/**
 * Running a plan: weights, batches, and one pass at a time.
 *
 * <p>A tour. {@link dev.statecraft.core.run.Weights} holds every parameter: frozen ones in the
 * model's type or quantized, trained ones with their gradients in one flat buffer each; {@link
 * dev.statecraft.core.run.FrozenWeights} hold those of a base for several tuned graphs that answer.
 * A {@link dev.statecraft.core.run.Batch} brings the states that come from data. A {@link
 * dev.statecraft.core.run.Pass} takes the steps of a {@link dev.statecraft.core.plan.StatePlan}
 * over one batch: it owns the values, extras and gradients of the states while they live ({@code
 * Gradients} decides when a sum may be made in place). Where values are {@linkplain
 * dev.statecraft.core.run.Weights#settle final}, {@code DerivedValues} keeps what is made of them,
 * and {@code JoinedProducts} computes thin products of one state together. A {@link
 * dev.statecraft.core.run.Ledger} writes down what memory each step held and for what. Weights of
 * several tasks are filled by a {@link dev.statecraft.core.run.JointSource}, and {@link
 * dev.statecraft.core.run.TaskValues} are one task's among them.
 */
package dev.statecraft.core.run;
