package dev.statecraft.core.graph;

/** A node of the graph: a named activation. Paper: x_u, x_v. */
public record State(String name, Shape shape, Precision precision) {
  public static State compute(String name, Shape shape) {
    return new State(name, shape, Precision.COMPUTE);
  }

  State renamed(String other) {
    return new State(other, shape, precision);
  }

  @Override
  public String toString() {
    return name + " " + shape;
  }
}
