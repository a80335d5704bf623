package dev.statecraft.models.family.modernbert;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.Columns;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.core.op.Glu;
import dev.statecraft.core.op.Rotary;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.family.Prefix;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.family.SequenceOutputs;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.tensor.kernel.AttentionRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ModernBERT (Warner et al. 2024): pre-norm blocks whose norms have no biases, rotary positions,
 * GeGLU, and attention that sees all tokens in some layers and a window on both sides in the
 * others, which have a rotary base of their own. Queries, keys and values come of one linear, gate
 * and up of another.
 *
 * @param config the configuration
 * @param prefix of parameter names: {@code model.}, or empty for a checkpoint of the bare encoder
 */
public record ModernBert(ModernBertConfig config, String prefix) implements Backbone {
  /** What names begin with beside a head. */
  static final Prefix PREFIX =
      new Prefix("model.", List.of("embeddings.", "layers.", "final_norm."));

  /** The token embedding without the prefix. */
  static final String WORDS = "embeddings.tok_embeddings.weight";

  private static final String QKV = "Wqkv";
  private static final String ATTENTION = "attn.Wo";
  private static final String WIDE = "Wi";
  private static final String MLP = "mlp.Wo";

  @Override
  public TokenInput input() {
    return TokenInput.plain(config.vocabSize(), config.maxPositionEmbeddings());
  }

  /** Queries, keys and values, which are one linear; PEFT has no default for the family. */
  @Override
  public List<String> defaultTargets() {
    return List.of(QKV);
  }

  /** As BERT's: queries, keys and values, and what ends the two blocks. */
  @Override
  public ScaledTargets scaledTargets() {
    return new ScaledTargets(List.of(QKV, ATTENTION, MLP), List.of(ATTENTION, MLP));
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
  public Optional<String> finalNorm() {
    return Optional.of("final_norm");
  }

  /** As transformers' ModernBertEmbeddings, ModernBertAttention and ModernBertMLP. */
  @Override
  public ModelDropout dropout() {
    ModernBertConfig.Dropouts dropouts = config.dropouts();
    Map<String, Double> states = new LinkedHashMap<>();
    states.put("embeddings", dropouts.embedding());
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      states.put("layers." + i + ".gated", dropouts.mlp());
    }
    return new ModelDropout(states, dropouts.attention(), 0, dropouts.attention());
  }

  @Override
  public double headDropout() {
    return config.dropouts().head();
  }

  @Override
  public String architecture() {
    return "ModernBertModel";
  }

  @Override
  public Optional<SequenceOutputs> sequenceOutputs() {
    return Optional.of(new PredictionHead(this, false));
  }

  /** {@inheritDoc} It has none for the heads of bare encoders. */
  @Override
  public Optional<String> peftSequenceTask() {
    return prefix.isEmpty() ? Optional.empty() : Backbone.super.peftSequenceTask();
  }

  @Override
  public State build(GraphBuilder graph) {
    State ids = graph.input(InputNames.TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(InputNames.POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State words =
        graph.edge(
            "word_embeddings",
            new Embedding(),
            List.of(ids),
            Parameter.base(prefix + WORDS, config.vocabSize(), config.hiddenSize()));
    State x = norm(graph, "embeddings", words, "embeddings.norm");
    State global =
        graph.edge(
            "global_rotary_table", config.globalRope().table(config.headDim()), List.of(positions));
    State local =
        graph.edge(
            "local_rotary_table", config.localRope().table(config.headDim()), List.of(positions));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      x = layer(graph.inLayer(i), i, x, config.local().get(i) ? local : global);
    }
    return norm(graph.inLayer(-1), "final_norm", x, "final_norm");
  }

  private State norm(GraphBuilder graph, String output, State x, String module) {
    return new Blocks(graph)
        .layerNorm(output, x, prefix + module, config.normEps(), config.biases().norm());
  }

  private State layer(GraphBuilder graph, int index, State input, State table) {
    Blocks blocks = new Blocks(graph);
    String name = "layers." + index + ".";
    String layer = "layers." + index;
    String module = prefix + layer + ".";
    int hidden = config.hiddenSize();
    int heads = config.numAttentionHeads();
    ModernBertConfig.Biases biases = config.biases();

    // The embeddings are normed already.
    State normed =
        index == 0 ? input : norm(graph, name + "attn_norm", input, layer + ".attn_norm");
    State qkv =
        blocks.linear(name + "qkv", normed, module + "attn.Wqkv", 3L * hidden, biases.attention());
    State q = graph.edge(name + "q", new Columns(0, hidden), List.of(qkv));
    State k = graph.edge(name + "k", new Columns(hidden, hidden), List.of(qkv));
    State v = graph.edge(name + "v", new Columns(2 * hidden, hidden), List.of(qkv));
    Rotary rotary = new Rotary(config.headDim());
    State rotatedQ = graph.edge(name + "q_rotated", rotary, List.of(q, table));
    State rotatedK = graph.edge(name + "k_rotated", rotary, List.of(k, table));
    AttentionRule all = AttentionRule.of(false, config.headDim());
    AttentionRule rule = config.local().get(index) ? all.withWindow(config.window() + 1) : all;
    State attended =
        graph.edge(
            name + "attention",
            new Attention(name + "attention", heads, heads, config.headDim(), rule, false),
            List.of(rotatedQ, rotatedK, v));
    State attnOutput =
        blocks.linear(
            name + "attn_output", attended, module + "attn.Wo", hidden, biases.attention());
    State middle = graph.edge(name + "middle", new Add(), List.of(input, attnOutput));

    State mlpNormed = norm(graph, name + "mlp_norm", middle, layer + ".mlp_norm");
    State wide =
        blocks.linear(
            name + "wide",
            mlpNormed,
            module + "mlp.Wi",
            2L * config.intermediateSize(),
            biases.mlp());
    Glu glu = new Glu(Blocks.activation(config.activation()).kind(), true);
    State gated = graph.edge(name + "gated", glu, List.of(wide));
    State mlpOutput =
        blocks.linear(name + "mlp_output", gated, module + "mlp.Wo", hidden, biases.mlp());
    State output = graph.edge(name + "output", new Add(), List.of(middle, mlpOutput));

    graph.layer(
        new Layer(
            index,
            List.of(
                Block.attention(input, middle, attnOutput), Block.mlp(middle, output, mlpOutput)),
            Map.of(
                QKV, qkv.name(),
                ATTENTION, attnOutput.name(),
                WIDE, wide.name(),
                MLP, mlpOutput.name()),
            prefix + layer));
    return output;
  }
}
