package dev.statecraft.models.family;

import dev.statecraft.core.graph.Parameter;

/**
 * How a family's last state becomes scores of tokens.
 *
 * @param table {@code [vocabulary, hidden]}; where it is the embedding, the same parameter
 * @param architecture the class of transformers that opens such a model
 */
public record LanguageOutputs(Parameter table, String architecture) {
  /** PEFT's task of it. */
  public static final String PEFT_TASK = "CAUSAL_LM";
}
