/**
 * How states move one another, for feedback that is computed and not trained.
 *
 * <p>A tour. A {@link dev.statecraft.core.control.steer.StateJacobian} is the derivative of a later
 * state by an earlier one, at the last token of a text: it cuts the graph between the two, puts a
 * {@code StateSensor} at the beginning, which writes down what the backward brings there, and an
 * {@link dev.statecraft.core.op.ElementSum} at the end, which says where it starts.
 */
package dev.statecraft.core.control.steer;
