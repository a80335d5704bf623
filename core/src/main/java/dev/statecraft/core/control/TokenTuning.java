package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.op.CausalLmLoss;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.core.op.TokenRows;
import dev.statecraft.core.op.TokenScores;
import java.util.HashSet;
import java.util.List;

/**
 * Trains some rows of a table of tokens, as PEFT's {@code trainable_token_indices} does: readers of
 * the table take the rows of these tokens from a trained parameter {@code [tokens, hidden]}, which
 * starts as they are. The table itself stays frozen.
 *
 * @param table name of the parameter {@code [vocab, hidden]}
 * @param rows name of the trained one
 * @param tokens ids
 * @param readers of the table that take the trained rows
 */
public record TokenTuning(String table, String rows, List<Integer> tokens, TableReaders readers)
    implements Tuning {
  /**
   * Checks and copies.
   *
   * @throws UsageException if there is no token, or one comes twice
   */
  public TokenTuning {
    tokens = List.copyOf(tokens);
    if (tokens.isEmpty() || new HashSet<>(tokens).size() != tokens.size()) {
      throw new UsageException(
          "trainable_token_indices: expected ids of tokens, each once, found " + tokens);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws UsageException if the table has no row for a token
   */
  @Override
  public Graph apply(Graph graph) {
    Parameter whole = CopyTuning.parameter(graph, table);
    for (int token : tokens) {
      if (token < 0 || token >= whole.size(0)) {
        throw new UsageException(
            "trainable_token_indices: expected ids from 0 to "
                + (whole.size(0) - 1)
                + ", the last of '"
                + table
                + "', found "
                + token);
      }
    }
    Parameter own =
        Parameter.control(rows, Initializer.rowsOf(table, tokens), tokens.size(), whole.size(1));
    GraphEditor editor = graph.edit();
    for (Edge edge : graph.edges()) {
      if (readers.include(edge, table)) {
        change(editor, edge, own);
      }
    }
    return new HeadTuning().apply(editor.build());
  }

  private void change(GraphEditor editor, Edge edge, Parameter own) {
    if (edge.op() instanceof CausalLmLoss loss) {
      editor.replace(
          edge.name(),
          same -> same.withOp(loss.withTokens(tokens), List.of(same.parameters().get(0), own)));
    } else if (edge.op() instanceof Embedding) {
      editor.followBoth(edge.name(), new TokenRows(tokens), List.of(own));
    } else {
      editor.followBoth(edge.name(), new TokenScores(tokens), List.of(own));
    }
  }
}
