package dev.statecraft.models.family.llama;

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
import dev.statecraft.core.op.Embedding;
import dev.statecraft.core.op.Glu;
import dev.statecraft.core.op.RmsNorm;
import dev.statecraft.core.op.Rotary;
import dev.statecraft.core.op.RotaryTable;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.LanguageOutputs;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.family.PaperControl;
import dev.statecraft.models.family.Prefix;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.family.TiedTables;
import dev.statecraft.models.family.TokenInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * LLaMA 2 and 3 (Touvron et al. 2023; Grattafiori et al. 2024): pre-norm blocks, grouped-query
 * attention with rotary positions, SwiGLU.
 */
public record Llama(LlamaConfig config) implements Backbone {
  static final Prefix PREFIX = new Prefix("model.", List.of("embed_tokens.", "layers.", "norm."));
  static final TiedTables TABLES = new TiedTables("model.embed_tokens.weight", "lm_head.weight");

  @Override
  public TokenInput input() {
    return TokenInput.plain(config.vocabSize(), config.maxPositionEmbeddings());
  }

  @Override
  public List<String> defaultTargets() {
    return List.of("q_proj", "k_proj", "v_proj", "up_proj", "down_proj");
  }

  @Override
  public List<String> attentionTargets() {
    return List.of("q_proj", "k_proj", "v_proj");
  }

  /** PEFT's for {@code llama}. */
  @Override
  public ScaledTargets scaledTargets() {
    return new ScaledTargets(List.of("k_proj", "v_proj", "down_proj"), List.of("down_proj"));
  }

  @Override
  public Initializer controlInit() {
    return Initializer.KAIMING;
  }

  @Override
  public boolean controlBias() {
    return false;
  }

  @Override
  public List<String> hiddenStates() {
    List<String> names = new ArrayList<>();
    names.add("embeddings");
    for (int i = 0; i < config.numHiddenLayers() - 1; i++) {
      names.add("layers." + i + ".output");
    }
    names.add("final_norm");
    return names;
  }

  /** Of attention's probabilities, as transformers' LlamaAttention. */
  @Override
  public ModelDropout dropout() {
    return new ModelDropout(Map.of(), 0, config.attentionDropout());
  }

  @Override
  public String architecture() {
    return "LlamaModel";
  }

  @Override
  public Optional<LanguageOutputs> languageOutputs() {
    return Optional.of(
        new LanguageOutputs(
            table(config.tieWordEmbeddings() ? TABLES.embedding() : TABLES.head()),
            "LlamaForCausalLM"));
  }

  @Override
  public Optional<PaperControl> paper() {
    return Optional.of(new PaperControl(true, true, false, Optional.empty()));
  }

  private Parameter table(String name) {
    return Parameter.base(name, config.vocabSize(), config.hiddenSize());
  }

  @Override
  public State build(GraphBuilder graph) {
    State ids = graph.input(InputNames.TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(InputNames.POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State x = graph.edge("embeddings", new Embedding(), List.of(ids), table(TABLES.embedding()));
    State table =
        graph.edge(
            "rotary_table",
            new RotaryTable(config.rope().inverseFrequencies(config.headDim())),
            List.of(positions));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      x = layer(graph.inLayer(i), i, x, table);
    }
    graph.inLayer(-1);
    return norm(graph, "final_norm", x, "model.norm");
  }

  private State norm(GraphBuilder graph, String output, State x, String module) {
    return graph.edge(
        output,
        new RmsNorm(config.rmsNormEps(), true),
        List.of(x),
        Parameter.base(module + ".weight", config.hiddenSize()));
  }

  private State layer(GraphBuilder graph, int index, State input, State table) {
    Blocks blocks = new Blocks(graph);
    String name = "layers." + index + ".";
    String module = "model.layers." + index;
    String attn = module + ".self_attn.";
    String mlp = module + ".mlp.";
    long hidden = config.hiddenSize();
    long queries = (long) config.numAttentionHeads() * config.headDim();
    long keys = (long) config.numKeyValueHeads() * config.headDim();
    boolean bias = config.attentionBias();

    State normed = norm(graph, name + "attn_norm", input, module + ".input_layernorm");
    State q = blocks.linear(name + "q", normed, attn + "q_proj", queries, bias);
    State k = blocks.linear(name + "k", normed, attn + "k_proj", keys, bias);
    State v = blocks.linear(name + "v", normed, attn + "v_proj", keys, bias);
    Rotary rotary = new Rotary(config.headDim());
    State rotatedQ = graph.edge(name + "q_rotated", rotary, List.of(q, table));
    State rotatedK = graph.edge(name + "k_rotated", rotary, List.of(k, table));
    State attended =
        graph.edge(
            name + "attention",
            new Attention(
                name + "attention",
                config.numAttentionHeads(),
                config.numKeyValueHeads(),
                config.headDim(),
                true,
                true),
            List.of(rotatedQ, rotatedK, v));
    State attnOutput = blocks.linear(name + "attn_output", attended, attn + "o_proj", hidden, bias);
    State middle = graph.edge(name + "middle", new Add(), List.of(input, attnOutput));

    State mlpNormed = norm(graph, name + "mlp_norm", middle, module + ".post_attention_layernorm");
    long wide = config.intermediateSize();
    State gate = blocks.linear(name + "gate", mlpNormed, mlp + "gate_proj", wide, config.mlpBias());
    State up = blocks.linear(name + "up", mlpNormed, mlp + "up_proj", wide, config.mlpBias());
    State gated = graph.edge(name + "gated", new Glu(), List.of(gate, up));
    State mlpOutput =
        blocks.linear(name + "mlp_output", gated, mlp + "down_proj", hidden, config.mlpBias());
    State output = graph.edge(name + "output", new Add(), List.of(middle, mlpOutput));

    Map<String, String> projections = new LinkedHashMap<>();
    projections.put("q_proj", q.name());
    projections.put("k_proj", k.name());
    projections.put("v_proj", v.name());
    projections.put("o_proj", attnOutput.name());
    projections.put("gate_proj", gate.name());
    projections.put("up_proj", up.name());
    projections.put("down_proj", mlpOutput.name());
    graph.layer(
        new Layer(
            index,
            List.of(
                Block.attention(input, middle, attnOutput), Block.mlp(middle, output, mlpOutput)),
            projections,
            module));
    return output;
  }
}
