package dev.statecraft.core.graph;

import dev.statecraft.base.StatecraftException;

/** A graph that makes no sense: the message names the states, edges or parameters concerned. */
public final class GraphException extends StatecraftException {
  private static final long serialVersionUID = 1L;

  public GraphException(String message) {
    super(Kind.USAGE, message);
  }
}
