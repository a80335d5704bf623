package dev.statecraft.models.family;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.CrossEntropyLoss;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.core.op.MeanSquaredErrorLoss;
import dev.statecraft.core.op.MeanTokens;
import dev.statecraft.models.config.BertConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * BERT (Devlin et al. 2019) and RoBERTa (Liu et al. 2019) with a head for sequences: post-norm
 * blocks, learned positions.
 *
 * @param config the configuration
 * @param head what comes after the encoder
 * @param prefix of the encoder's parameter names: {@code bert.}, {@code roberta.}, or empty for a
 *     checkpoint of the bare encoder
 */
public record Encoder(BertConfig config, Head head, String prefix) implements ModelFamily {
  static final String TOKEN_IDS = "token_ids";
  static final String POSITIONS = "positions";
  static final String TOKEN_TYPES = "token_type_ids";
  static final String LABELS = "labels";

  @Override
  public List<String> defaultTargets() {
    return List.of("query", "value");
  }

  @Override
  public Initializer controlInit() {
    return Initializer.normal(0.02);
  }

  @Override
  public boolean controlBias() {
    return false;
  }

  @Override
  public List<String> hiddenStates() {
    List<String> names = new ArrayList<>();
    names.add("embeddings");
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      names.add("layers." + i + ".output");
    }
    return names;
  }

  /**
   * As transformers' BertEmbeddings, BertSelfOutput, BertOutput and BertSelfAttention, and before
   * every linear of the head that is the task's own (BertForSequenceClassification,
   * RobertaClassificationHead). Means over tokens, which those do not have, are dropped as BERT's
   * pooled state.
   */
  @Override
  public ModelDropout dropout() {
    double hidden = config.hiddenDropoutProb();
    double classifier = config.classifierDropout().orElse(hidden);
    Map<String, Double> states = new LinkedHashMap<>();
    states.put("embeddings", hidden);
    if (config.isRoberta() && head.pooling() == Head.Pooling.FIRST) {
      states.put("first_token", classifier);
      states.put("head_activated", classifier);
    } else {
      states.put("pooled", classifier);
    }
    return new ModelDropout(states, hidden, config.attentionProbsDropoutProb());
  }

  @Override
  public Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    State x = embeddings(graph);
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      x = layer(graph.inLayer(i), i, x);
    }
    graph.inLayer(-1);
    State logits = head(graph, x);
    if (head.regression()) {
      State targets = graph.input(LABELS, Shape.of(Axis.SEQUENCES), Precision.MASTER);
      graph.edge(LOSS, new MeanSquaredErrorLoss(), List.of(logits, targets));
    } else {
      State labels = graph.input(LABELS, Shape.of(Axis.SEQUENCES), Precision.INDEX);
      graph.edge(LOSS, new CrossEntropyLoss(), List.of(logits, labels));
    }
    return graph.build();
  }

  private State embeddings(GraphBuilder graph) {
    State ids = graph.input(TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State types = graph.input(TOKEN_TYPES, Shape.of(Axis.TOKENS), Precision.INDEX);
    State words = embedding(graph, "word_embeddings", ids, config.vocabSize());
    State typed = embedding(graph, "token_type_embeddings", types, config.typeVocabSize());
    State placed =
        embedding(graph, "position_embeddings", positions, config.maxPositionEmbeddings());
    State sum = graph.edge("typed_embeddings", new Add(), List.of(words, typed));
    State all = graph.edge("summed_embeddings", new Add(), List.of(placed, sum));
    return new Blocks(graph)
        .layerNorm("embeddings", all, prefix + "embeddings.LayerNorm", config.layerNormEps());
  }

  private State embedding(GraphBuilder graph, String name, State ids, long rows) {
    return graph.edge(
        name,
        new Embedding(),
        List.of(ids),
        Parameter.base(prefix + "embeddings." + name + ".weight", rows, config.hiddenSize()));
  }

  private State layer(GraphBuilder graph, int index, State input) {
    Blocks blocks = new Blocks(graph);
    String name = "layers." + index + ".";
    String module = prefix + "encoder.layer." + index;
    String self = module + ".attention.self.";
    long hidden = config.hiddenSize();
    int heads = config.numAttentionHeads();

    State q = blocks.linear(name + "q", input, self + "query", hidden, true);
    State k = blocks.linear(name + "k", input, self + "key", hidden, true);
    State v = blocks.linear(name + "v", input, self + "value", hidden, true);
    State attended =
        graph.edge(
            name + "attention",
            new Attention(name + "attention", heads, heads, config.hiddenSize() / heads, false),
            List.of(q, k, v));
    State attnOutput =
        blocks.linear(
            name + "attn_output", attended, module + ".attention.output.dense", hidden, true);
    State attnSum = graph.edge(name + "attn_sum", new Add(), List.of(input, attnOutput));
    State middle =
        blocks.layerNorm(
            name + "middle",
            attnSum,
            module + ".attention.output.LayerNorm",
            config.layerNormEps());

    State wide =
        blocks.linear(
            name + "wide", middle, module + ".intermediate.dense", config.intermediateSize(), true);
    State activated =
        graph.edge(name + "activated", activation(config.activation()), List.of(wide));
    State mlpOutput =
        blocks.linear(name + "mlp_output", activated, module + ".output.dense", hidden, true);
    State mlpSum = graph.edge(name + "mlp_sum", new Add(), List.of(middle, mlpOutput));
    State output =
        blocks.layerNorm(
            name + "output", mlpSum, module + ".output.LayerNorm", config.layerNormEps());

    graph.layer(
        new Layer(
            index,
            List.of(
                Block.attention(input, middle, attnOutput), Block.mlp(middle, output, mlpOutput)),
            Map.of(
                "query", q.name(),
                "key", k.name(),
                "value", v.name(),
                "attention.output.dense", attnOutput.name(),
                "intermediate.dense", wide.name(),
                "output.dense", mlpOutput.name()),
            module));
    return output;
  }

  static Activation activation(dev.statecraft.models.config.Activation kind) {
    return new Activation(
        switch (kind) {
          case GELU -> Activation.Kind.GELU;
          case GELU_NEW -> Activation.Kind.GELU_TANH;
          case RELU -> Activation.Kind.RELU;
        });
  }

  private State head(GraphBuilder graph, State encoded) {
    Blocks blocks = new Blocks(graph);
    if (head.pooling() == Head.Pooling.MEAN) {
      State pooled = graph.edge("pooled", new MeanTokens(), List.of(encoded));
      return blocks.headLinear(LOGITS, pooled, "classifier", head.outputs());
    }
    State first = graph.edge("first_token", new FirstToken(), List.of(encoded));
    Activation tanh = new Activation(Activation.Kind.TANH);
    if (config.isRoberta()) {
      State dense = blocks.headLinear("head_dense", first, "classifier.dense", config.hiddenSize());
      State activated = graph.edge("head_activated", tanh, List.of(dense));
      return blocks.headLinear(LOGITS, activated, "classifier.out_proj", head.outputs());
    }
    State dense =
        blocks.linear("pooler_dense", first, prefix + "pooler.dense", config.hiddenSize(), true);
    State pooled = graph.edge("pooled", tanh, List.of(dense));
    return blocks.headLinear(LOGITS, pooled, "classifier", head.outputs());
  }
}
