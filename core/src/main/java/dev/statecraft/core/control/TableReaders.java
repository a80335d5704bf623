package dev.statecraft.core.control;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.op.Embedding;

/**
 * Which of the edges that read a table of tokens are meant: a tied one has readers of both kinds.
 */
public enum TableReaders {
  /** Those that look up rows by ids. */
  EMBEDDINGS,
  /** Those that score all tokens. */
  SCORES,
  /** All. */
  ALL;

  /** Whether an edge, which reads the table as its first parameter, is one of them. */
  boolean include(Edge edge) {
    boolean embeds = edge.op() instanceof Embedding;
    return switch (this) {
      case EMBEDDINGS -> embeds;
      case SCORES -> !embeds;
      case ALL -> true;
    };
  }

  /** Whether an edge reads a table and is one of them. */
  boolean include(Edge edge, String table) {
    return !edge.parameters().isEmpty()
        && edge.parameters().get(0).name().equals(table)
        && include(edge);
  }
}
