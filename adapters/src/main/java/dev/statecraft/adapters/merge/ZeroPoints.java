package dev.statecraft.adapters.merge;

/**
 * That an adapter's update goes into the zero points of a base in 4 bits ({@link
 * dev.statecraft.tensor.quant.Int4Groups}), of which every frozen linear inside layers is held so.
 *
 * @param group inputs that share a zero point
 * @param kept whether the linears are written in 4 bits; else as the floats that these stand for
 */
public record ZeroPoints(int group, boolean kept) {}
