package dev.statecraft.models.head;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.ScoreRule;
import java.util.Optional;

/**
 * What a head leaves for an objective.
 *
 * @param logits the scores: {@code [sequences, outputs]}, or {@code [labels, vocabulary]}
 * @param tokens what the scores are computed of, where they are scores of tokens
 */
public record Scored(State logits, Optional<Tokens> tokens) {
  /**
   * Scores of tokens: {@code rows[positions] table^T}, made scores by a rule. An objective that
   * goes through them in parts never holds them all.
   *
   * @param rows {@code [tokens, hidden]}
   * @param positions {@code [labels]}
   * @param table {@code [vocabulary, hidden]}
   * @param rule what makes scores of the products
   */
  public record Tokens(State rows, State positions, Parameter table, ScoreRule rule) {}
}
