package dev.statecraft.core.graph;

/** A graph that makes no sense: the message names the states, edges or parameters concerned. */
public final class GraphException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(message);
  }
}
