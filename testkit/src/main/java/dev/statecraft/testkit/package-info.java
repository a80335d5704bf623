/**
 * What the tests of all modules share; not published.
 *
 * <p>A tour. {@link dev.statecraft.testkit.TensorAssert} compares tensors, {@link
 * dev.statecraft.testkit.Closeness} is the measure it does so by: the difference relative to the
 * largest expected value, with a tolerance for each type; NaN and infinity are never close to
 * anything.
 */
package dev.statecraft.testkit;
