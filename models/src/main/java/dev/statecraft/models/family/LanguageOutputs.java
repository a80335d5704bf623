package dev.statecraft.models.family;

import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.ScoreRule;

/**
 * How a family's last state becomes scores of tokens.
 *
 * @param table {@code [vocabulary, hidden]}; where it is the embedding, the same parameter
 * @param rule what makes scores of products with the table
 * @param architecture the class of transformers that opens such a model
 */
public record LanguageOutputs(Parameter table, ScoreRule rule, String architecture) {
  /** Scores that are products with the table. */
  public LanguageOutputs(Parameter table, String architecture) {
    this(table, ScoreRule.PLAIN, architecture);
  }

  /** PEFT's task of it. */
  public static final String PEFT_TASK = "CAUSAL_LM";
}
