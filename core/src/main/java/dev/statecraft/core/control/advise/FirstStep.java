package dev.statecraft.core.control.advise;

/**
 * What an edge {@code x_v + B A x_u} would learn first: its B is 0, its A random.
 *
 * @param gradient of the loss with respect to B, {@code [out, r]} row by row
 * @param moments sum over rows of {@code h h'}, {@code h = A x_u}, {@code [r, r]} row by row
 * @param rank r
 */
public record FirstStep(double[] gradient, double[] moments, int rank) {}
