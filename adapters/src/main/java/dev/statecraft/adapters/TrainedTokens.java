package dev.statecraft.adapters;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.TableReaders;
import dev.statecraft.core.control.TokenTuning;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.LanguageOutputs;
import dev.statecraft.models.family.TiedTables;
import dev.statecraft.models.head.TaskModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rows that PEFT's {@code trainable_token_indices} trains. A table that is an embedding and a
 * head takes the embedding's tokens for both, unless others are named for the head.
 *
 * @param beside has the tokens
 * @param saved what is trained whole
 */
record TrainedTokens(Beside beside, SavedModules saved, TaskModel family) {
  private static final String KEY = "trainable_token_indices";
  private static final String WEIGHT = ".weight";
  private static final String ROWS = ".token_adapter.trainable_tokens_delta";

  /**
   * The tunings.
   *
   * @throws UsageException if an entry is neither the embedding nor the head, or is trained
   *     otherwise too
   */
  List<TokenTuning> tunings() {
    if (beside.tokens().isEmpty()) {
      return List.of();
    }
    Optional<List<Integer>> ofEmbedding = Optional.empty();
    Optional<List<Integer>> ofHead = Optional.empty();
    for (Map.Entry<String, List<Integer>> entry : beside.tokens().entrySet()) {
      String module = entry.getKey();
      boolean input = module.equals(Beside.INPUT);
      if (embedding().filter(table -> input || isOf(table, module)).isPresent()) {
        refuseSecond(ofEmbedding, module);
        ofEmbedding = Optional.of(entry.getValue());
      } else if (head().filter(table -> isOf(table, module)).isPresent()) {
        refuseSecond(ofHead, module);
        ofHead = Optional.of(entry.getValue());
      } else {
        throw refused("the embedding of tokens or the head of a language model", module);
      }
    }
    boolean one =
        isTied() && ofEmbedding.isPresent() && (ofHead.isEmpty() || ofHead.equals(ofEmbedding));
    check(ofEmbedding, ofHead, one);
    List<TokenTuning> tunings = new ArrayList<>();
    ofEmbedding.ifPresent(
        tokens ->
            tunings.add(
                tuning(
                    embedding().orElseThrow(),
                    embedding().orElseThrow(),
                    tokens,
                    one ? TableReaders.ALL : TableReaders.EMBEDDINGS)));
    if (!one) {
      ofHead.ifPresent(
          tokens ->
              tunings.add(
                  tuning(
                      isTied() ? embedding().orElseThrow() : head().orElseThrow(),
                      head().orElseThrow(),
                      tokens,
                      TableReaders.SCORES)));
    }
    return tunings;
  }

  private void check(
      Optional<List<Integer>> ofEmbedding, Optional<List<Integer>> ofHead, boolean one) {
    if (isTied() && beside.tied() && ofEmbedding.isPresent() && ofHead.isPresent() && !one) {
      throw new UsageException(
          KEY + ": expected the same tokens for both with ensure_weight_tying, found others");
    }
    boolean wholeTable = saved.writtenTwice().isPresent(); // Which is both.
    boolean wholeEmbedding =
        wholeTable
            || saved.copiesEmbedding()
            || embedding().filter(saved.whole()::contains).isPresent();
    boolean wholeHead =
        wholeTable || saved.copiesHead() || head().filter(saved.whole()::contains).isPresent();
    boolean readsHead = ofHead.isPresent() || one;
    if ((ofEmbedding.isPresent() && wholeEmbedding) || (readsHead && wholeHead)) {
      throw new UsageException(
          KEY
              + ": expected tables that modules_to_save does not train whole, found "
              + saved.modules());
    }
  }

  private static void refuseSecond(Optional<List<Integer>> known, String module) {
    if (known.isPresent()) {
      throw refused("one entry for each table", module);
    }
  }

  private static UsageException refused(String expected, String found) {
    return new UsageException(KEY + ": expected " + expected + ", found '" + found + "'");
  }

  private static TokenTuning tuning(
      String table, String module, List<Integer> tokens, TableReaders readers) {
    String rows = module.substring(0, module.length() - WEIGHT.length()) + ROWS;
    return new TokenTuning(table, rows, tokens, readers);
  }

  private boolean isOf(String table, String module) {
    String name = family.backbone().peftModule(table);
    return name.substring(0, name.length() - WEIGHT.length()).endsWith(module);
  }

  private boolean isTied() {
    return family.config().tied().isPresent();
  }

  /** The table of tokens that the model reads. */
  private Optional<String> embedding() {
    return family.graph().edges().stream()
        .filter(edge -> edge.op() instanceof Embedding)
        .filter(edge -> edge.inputs().get(0).name().equals(InputNames.TOKEN_IDS))
        .map(TrainedTokens::table)
        .findFirst();
  }

  private static String table(Edge edge) {
    return edge.parameters().get(0).name();
  }

  /** The table that scores tokens, by the name of its own that it has or would have. */
  private Optional<String> head() {
    return family.writesTexts()
        ? family
            .config()
            .tied()
            .map(TiedTables::head)
            .or(
                () ->
                    family
                        .backbone()
                        .languageOutputs()
                        .map(LanguageOutputs::table)
                        .map(t -> t.name()))
        : Optional.empty();
  }
}
