package dev.statecraft.core.graph;

/** What computing an edge again would cost; store policies decide by it. */
public enum Cost {
  /** Passes over memory: norms, gates, rotations, additions, thin (rank-sized) products. */
  CHEAP,
  /** A product with a full weight. */
  GEMM,
  /** Attention: quadratic in sequence length. */
  ATTENTION,
  /** Never recomputed: losses, whose forward prepares the backward. */
  ONCE
}
