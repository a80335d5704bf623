/**
 * Classical control, and what it says of deep networks, as a small library of its own.
 *
 * <p>A tour. A {@link dev.statecraft.control.theory.Matrix} never changes; what it computes, ojAlgo
 * computes. Systems are {@link dev.statecraft.control.theory.LinearSystem}s, the same at every
 * step, and {@link dev.statecraft.control.theory.TimeVaryingSystem}s, which a network is near one
 * of its runs, with layers as steps.
 *
 * <p>What can be reached: {@link dev.statecraft.control.theory.Gramians}, of which the infinite
 * ones solve a {@link dev.statecraft.control.theory.LyapunovEquation}; {@link
 * dev.statecraft.control.theory.HankelValues}; which input moves which output, {@link
 * dev.statecraft.control.theory.RelativeGainArray}.
 *
 * <p>What to do: {@link dev.statecraft.control.theory.LinearQuadraticRegulator}, {@link
 * dev.statecraft.control.theory.PolePlacement}, {@link
 * dev.statecraft.control.theory.ModelPredictiveControl} within an {@link
 * dev.statecraft.control.theory.InputBox}, {@link
 * dev.statecraft.control.theory.ControlLyapunovFunction}.
 *
 * <p>What it says of tuning: {@link dev.statecraft.control.theory.DeepLinearNetwork} has the
 * paper's Theorem 4.1, {@link dev.statecraft.control.theory.PushforwardRank} its Theorem 4.2.
 * {@code docs/THEORY.md} tells both, with what they are on real models.
 *
 * <p>A shape that does not fit is a {@link dev.statecraft.base.UsageException} that names what was
 * expected and what was found.
 */
package dev.statecraft.control.theory;
