/**
 * Models that are steered by feedback, without training: what is asked for, the law, and what came
 * of it.
 *
 * <p>A tour. A {@link dev.statecraft.studio.steer.SteerRequest} names a model and two files of
 * texts, and has the {@link dev.statecraft.studio.steer.SteerSettings}. The engine reads the states
 * of both ({@link dev.statecraft.studio.steer.Contrast}) and the Jacobians of the layers, of which
 * {@link dev.statecraft.studio.steer.SteeringDesign} makes a {@link
 * dev.statecraft.studio.steer.SteeringEdge} for each layer, by the {@link
 * dev.statecraft.studio.steer.SteeringLaw}. It saves them as an adapter, reads the states again,
 * and answers with a {@link dev.statecraft.studio.steer.SteerOutcome}, a {@link
 * dev.statecraft.studio.steer.SteeredLayer} for each layer.
 */
package dev.statecraft.studio.steer;
