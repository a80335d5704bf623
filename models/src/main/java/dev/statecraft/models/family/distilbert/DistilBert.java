package dev.statecraft.models.family.distilbert;

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
import dev.statecraft.models.family.SequenceOutputs;
import dev.statecraft.models.family.TokenInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * DistilBERT (Sanh et al. 2019): BERT's layers without token types and without a pooler.
 *
 * @param config the configuration
 * @param prefix of parameter names: {@code distilbert.}, or empty for a checkpoint of the bare
 *     encoder
 */
public record DistilBert(DistilBertConfig config, String prefix) implements Backbone {
  /** What names begin with beside a head. */
  static final Prefix PREFIX = new Prefix("distilbert.", List.of("embeddings.", "transformer."));

  /** The token embedding without the prefix. */
  static final String WORDS = "embeddings.word_embeddings.weight";

  /** Of all its norms, in transformers' {@code modeling_distilbert.py}. */
  private static final double EPSILON = 1e-12;

  private static final PostNormLayer.Modules LAYER =
      new PostNormLayer.Modules(
          Named.last("attention.q_lin"),
          Named.last("attention.k_lin"),
          Named.last("attention.v_lin"),
          Named.last("attention.out_lin"),
          "sa_layer_norm",
          Named.last("ffn.lin1"),
          Named.last("ffn.lin2"),
          "output_layer_norm");

  @Override
  public TokenInput input() {
    return TokenInput.plain(config.vocabSize(), config.maxPositionEmbeddings());
  }

  /** The linears that BERT's defaults are; PEFT has none for the family. */
  @Override
  public List<String> defaultTargets() {
    return List.of(LAYER.query().target(), LAYER.value().target());
  }

  /** As BERT's: key, value and what ends the two blocks. */
  @Override
  public ScaledTargets scaledTargets() {
    List<String> last = List.of(LAYER.attention().target(), LAYER.mlp().target());
    return new ScaledTargets(
        List.of(LAYER.key().target(), LAYER.value().target(), last.get(0), last.get(1)), last);
  }

  @Override
  public Initializer controlInit() {
    return Initializer.normal(0.02);
  }

  @Override
  public boolean controlBias() {
    return false;
  }

  /** As transformers' Embeddings, FFN and DistilBertSelfAttention, whose output keeps all. */
  @Override
  public ModelDropout dropout() {
    return new ModelDropout(
        Map.of("embeddings", config.dropout()), 0, config.dropout(), config.attentionDropout());
  }

  @Override
  public double headDropout() {
    return config.headDropout();
  }

  @Override
  public String architecture() {
    return "DistilBertModel";
  }

  @Override
  public Optional<SequenceOutputs> sequenceOutputs() {
    return Optional.of(new PreClassifierHead(this));
  }

  /** {@inheritDoc} It has none for the heads of bare encoders. */
  @Override
  public Optional<String> peftSequenceTask() {
    return prefix.isEmpty() ? Optional.empty() : Backbone.super.peftSequenceTask();
  }

  @Override
  public State build(GraphBuilder graph) {
    State x = embeddings(graph);
    PostNormLayer layer =
        new PostNormLayer(
            config.numAttentionHeads(),
            config.intermediateSize(),
            config.activation(),
            EPSILON,
            LAYER);
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      x = layer.build(graph.inLayer(i), i, prefix + "transformer.layer." + i, x);
    }
    graph.inLayer(-1);
    return x;
  }

  private State embeddings(GraphBuilder graph) {
    State ids = graph.input(InputNames.TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(InputNames.POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State words =
        graph.edge(
            "word_embeddings",
            new Embedding(),
            List.of(ids),
            Parameter.base(prefix + WORDS, config.vocabSize(), config.hiddenSize()));
    State placed =
        graph.edge(
            "position_embeddings",
            new Embedding(),
            List.of(positions),
            Parameter.base(
                prefix + "embeddings.position_embeddings.weight",
                config.maxPositionEmbeddings(),
                config.hiddenSize()));
    State sum = graph.edge("summed_embeddings", new Add(), List.of(words, placed));
    return new Blocks(graph).layerNorm("embeddings", sum, prefix + "embeddings.LayerNorm", EPSILON);
  }
}
