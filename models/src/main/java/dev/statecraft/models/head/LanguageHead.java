package dev.statecraft.models.head;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.op.RuledScores;
import dev.statecraft.core.op.ScoreRule;
import dev.statecraft.core.op.SelectRows;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.LanguageOutputs;
import java.util.List;
import java.util.Optional;

/**
 * Scores of tokens by the family's table. Evaluated at {@code label_positions} only: for training
 * those that carry a label, for generation the last token of each sequence.
 */
public record LanguageHead() implements Head {
  @Override
  public Scored attach(GraphBuilder graph, Backbone backbone, State last) {
    State positions =
        graph.input(InputNames.LABEL_POSITIONS, Shape.of(Axis.LABELS), Precision.INDEX);
    LanguageOutputs outputs = outputs(backbone);
    State selected = graph.edge("selected", new SelectRows(), List.of(last, positions));
    State logits = scores(graph, selected, outputs);
    return new Scored(
        logits, Optional.of(new Scored.Tokens(last, positions, outputs.table(), outputs.rule())));
  }

  private static State scores(GraphBuilder graph, State rows, LanguageOutputs outputs) {
    ScoreRule rule = outputs.rule();
    String products = rule.isPlain() ? TaskModel.LOGITS : "products";
    State scored = graph.edge(products, new Linear(false), List.of(rows), outputs.table());
    return rule.isPlain()
        ? scored
        : graph.edge(TaskModel.LOGITS, new RuledScores(rule), List.of(scored));
  }

  private static LanguageOutputs outputs(Backbone backbone) {
    return backbone
        .languageOutputs()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected a family with a table for scores of tokens, found "
                        + backbone.config().modelType()));
  }

  @Override
  public boolean scoresTokens() {
    return true;
  }

  @Override
  public String architecture(Backbone backbone) {
    return outputs(backbone).architecture();
  }

  @Override
  public Optional<String> peftTask(Backbone backbone) {
    return Optional.of(LanguageOutputs.PEFT_TASK);
  }
}
