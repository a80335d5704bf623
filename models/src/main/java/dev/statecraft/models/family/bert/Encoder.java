package dev.statecraft.models.family.bert;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.family.PostNormLayer;
import dev.statecraft.models.family.PostNormLayer.Named;
import dev.statecraft.models.family.Prefix;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.family.TokenInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What BERT and RoBERTa share. */
public interface Encoder extends Backbone {
  /** Modules of an encoder, as its parameters' names begin without the prefix. */
  List<String> MODULES = List.of("embeddings.", "encoder.", "pooler.");

  /** What a layer's modules are called. */
  PostNormLayer.Modules LAYER =
      new PostNormLayer.Modules(
          Named.last("attention.self.query"),
          Named.last("attention.self.key"),
          Named.last("attention.self.value"),
          new Named("attention.output.dense", "attention.output.dense"),
          "attention.output.LayerNorm",
          new Named("intermediate.dense", "intermediate.dense"),
          new Named("output.dense", "output.dense"),
          "output.LayerNorm");

  @Override
  BertConfig config();

  @Override
  String prefix();

  @Override
  default TokenInput input() {
    return new TokenInput(
        config().vocabSize(),
        config().typeVocabSize(),
        config().firstPosition(),
        config().maxTokens());
  }

  @Override
  default List<String> defaultTargets() {
    return List.of("query", "value");
  }

  /**
   * PEFT's for {@code bert} and {@code roberta}, and ours for those that share their layers: key,
   * value and output.dense, which ends the names of both the attention's and the MLP's last linear.
   */
  @Override
  default ScaledTargets scaledTargets() {
    List<String> last = List.of("attention.output.dense", "output.dense");
    return new ScaledTargets(List.of("key", "value", last.get(0), last.get(1)), last);
  }

  @Override
  default Initializer controlInit() {
    return Initializer.normal(0.02);
  }

  @Override
  default boolean controlBias() {
    return false;
  }

  /** As transformers' BertEmbeddings, BertSelfOutput, BertOutput and BertSelfAttention. */
  @Override
  default ModelDropout dropout() {
    double hidden = config().hiddenDropoutProb();
    return new ModelDropout(
        Map.of("embeddings", hidden), hidden, config().attentionProbsDropoutProb());
  }

  /** Before every linear of the head that is the task's own. */
  @Override
  default double headDropout() {
    return config().classifierDropout().orElse(config().hiddenDropoutProb());
  }

  /** {@inheritDoc} It has none for the heads of bare encoders. */
  @Override
  default Optional<String> peftSequenceTask() {
    return prefix().isEmpty() ? Optional.empty() : Backbone.super.peftSequenceTask();
  }

  /** What a tensor of a bare encoder is called where there is a classifier beside it. */
  default String prefixed(String name) {
    return prefix().isEmpty() ? new Prefix(config().variant().prefix(), MODULES).on(name) : name;
  }

  @Override
  default State build(GraphBuilder graph) {
    State x = embeddings(graph);
    PostNormLayer layer =
        new PostNormLayer(
            config().numAttentionHeads(),
            config().intermediateSize(),
            config().activation(),
            config().layerNormEps(),
            LAYER);
    for (int i = 0; i < config().numHiddenLayers(); i++) {
      x = layer.build(graph.inLayer(i), i, prefix() + "encoder.layer." + i, x);
    }
    graph.inLayer(-1);
    return x;
  }

  private State embeddings(GraphBuilder graph) {
    State ids = graph.input(InputNames.TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(InputNames.POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State types = graph.input(InputNames.TOKEN_TYPES, Shape.of(Axis.TOKENS), Precision.INDEX);
    State words = embedding(graph, "word_embeddings", ids, config().vocabSize());
    State typed = embedding(graph, "token_type_embeddings", types, config().typeVocabSize());
    State placed =
        embedding(graph, "position_embeddings", positions, config().maxPositionEmbeddings());
    State sum = graph.edge("typed_embeddings", new Add(), List.of(words, typed));
    State all = graph.edge("summed_embeddings", new Add(), List.of(placed, sum));
    return new Blocks(graph)
        .layerNorm("embeddings", all, prefix() + "embeddings.LayerNorm", config().layerNormEps());
  }

  private State embedding(GraphBuilder graph, String name, State ids, long rows) {
    return graph.edge(
        name,
        new Embedding(),
        List.of(ids),
        Parameter.base(prefix() + "embeddings." + name + ".weight", rows, config().hiddenSize()));
  }
}
