package dev.statecraft.core.graph;

import java.util.List;

/**
 * A named weight of an edge. Paper: theta where it is trainable.
 *
 * @param name unique in the graph; for weights of the base model the name in its checkpoint
 * @param shape sizes
 * @param role where its values come from
 * @param trainable whether it is trained; trained parameters are held in the master type
 * @param init how it starts when no checkpoint has it
 */
public record Parameter(
    String name, List<Long> shape, Role role, boolean trainable, Initializer init) {

  /** Where a parameter's values come from and where they are saved. */
  public enum Role {
    /** The pretrained checkpoint. */
    BASE,
    /**
     * The task's head: from the checkpoint if it has it, otherwise fresh; saved with the adapter.
     */
    HEAD,
    /** A control edge, trained or shared by several: always saved with the adapter. */
    CONTROL,
    /** Computed from another parameter when the model is loaded; never saved. */
    DERIVED
  }

  public Parameter {
    shape = List.copyOf(shape);
  }

  public static Parameter base(String name, long... shape) {
    return new Parameter(name, boxed(shape), Role.BASE, false, Initializer.ZEROS);
  }

  public static Parameter head(String name, Initializer init, long... shape) {
    return new Parameter(name, boxed(shape), Role.HEAD, false, init);
  }

  public static Parameter control(String name, Initializer init, long... shape) {
    return new Parameter(name, boxed(shape), Role.CONTROL, true, init);
  }

  /** One of control edges that is not trained, and may belong to several of them. */
  public static Parameter shared(String name, Initializer init, long... shape) {
    return new Parameter(name, boxed(shape), Role.CONTROL, false, init);
  }

  public static Parameter derived(String name, Initializer init, long... shape) {
    return new Parameter(name, boxed(shape), Role.DERIVED, false, init);
  }

  /** The same under another name. */
  Parameter withName(String other) {
    return new Parameter(other, shape, role, trainable, init);
  }

  public Parameter withTrainable(boolean value) {
    return new Parameter(name, shape, role, value, init);
  }

  /** The same with another start. */
  public Parameter withInit(Initializer other) {
    return new Parameter(name, shape, role, trainable, other);
  }

  /** Whether an adapter holds it: all that is trained, and what control edges have beside that. */
  public boolean isSaved() {
    return trainable || role == Role.CONTROL;
  }

  public long size(int dim) {
    return shape.get(dim);
  }

  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  private static List<Long> boxed(long[] shape) {
    return java.util.Arrays.stream(shape).boxed().toList();
  }

  @Override
  public String toString() {
    return name + " " + shape;
  }
}
