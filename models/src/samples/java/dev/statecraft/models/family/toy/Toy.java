package dev.statecraft.models.family.toy;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
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
import dev.statecraft.core.op.Embedding;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.LanguageOutputs;
import dev.statecraft.models.family.TokenInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A decoder like GPT-2, as small as a family can be: the example of docs/adding-a-family.md. */
public record Toy(ToyConfig config) implements Backbone {
  static final String TOKENS = "transformer.wte.weight";

  @Override
  public TokenInput input() {
    return TokenInput.plain(config.vocabSize(), config.maxPositionEmbeddings());
  }

  @Override
  public State build(GraphBuilder graph) {
    State ids = graph.input(InputNames.TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(InputNames.POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State words = graph.edge("words", new Embedding(), List.of(ids), tokens());
    Parameter places =
        Parameter.base(
            "transformer.wpe.weight", config.maxPositionEmbeddings(), config.hiddenSize());
    State placed = graph.edge("places", new Embedding(), List.of(positions), places);
    State x = graph.edge("embeddings", new Add(), List.of(words, placed));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      x = layer(graph.inLayer(i), i, x);
    }
    return new Blocks(graph.inLayer(-1)).layerNorm("final_norm", x, "transformer.ln_f", 1e-5);
  }

  private Parameter tokens() {
    return Parameter.base(TOKENS, config.vocabSize(), config.hiddenSize());
  }

  private State layer(GraphBuilder graph, int index, State input) {
    Blocks blocks = new Blocks(graph);
    String name = "layers." + index + ".";
    String module = "transformer.h." + index;
    int hidden = config.hiddenSize();
    int heads = config.numAttentionHeads();

    State normed = blocks.layerNorm(name + "attn_norm", input, module + ".ln_1", 1e-5);
    State q = blocks.linear(name + "q", normed, module + ".attn.q_proj", hidden, true);
    State k = blocks.linear(name + "k", normed, module + ".attn.k_proj", hidden, true);
    State v = blocks.linear(name + "v", normed, module + ".attn.v_proj", hidden, true);
    Attention attention = new Attention(name + "attention", heads, heads, hidden / heads, true);
    State attended = graph.edge(name + "attention", attention, List.of(q, k, v));
    State attnOutput =
        blocks.linear(name + "attn_output", attended, module + ".attn.o_proj", hidden, true);
    State middle = graph.edge(name + "middle", new Add(), List.of(input, attnOutput));

    State mlpNormed = blocks.layerNorm(name + "mlp_norm", middle, module + ".ln_2", 1e-5);
    State wide =
        blocks.linear(
            name + "wide", mlpNormed, module + ".mlp.c_fc", config.intermediateSize(), true);
    Activation gelu = new Activation(Activation.Kind.GELU_TANH);
    State activated = graph.edge(name + "activated", gelu, List.of(wide));
    State mlpOutput =
        blocks.linear(name + "mlp_output", activated, module + ".mlp.c_proj", hidden, true);
    State output = graph.edge(name + "output", new Add(), List.of(middle, mlpOutput));

    graph.layer(
        new Layer(
            index,
            List.of(
                Block.attention(input, middle, attnOutput), Block.mlp(middle, output, mlpOutput)),
            Map.of(
                "q_proj", q.name(),
                "k_proj", k.name(),
                "v_proj", v.name(),
                "o_proj", attnOutput.name(),
                "c_fc", wide.name(),
                "c_proj", mlpOutput.name()),
            module));
    return output;
  }

  @Override
  public Optional<String> finalNorm() {
    return Optional.of("final_norm");
  }

  @Override
  public String architecture() {
    return "ToyModel";
  }

  @Override
  public Optional<LanguageOutputs> languageOutputs() {
    return Optional.of(new LanguageOutputs(tokens(), "ToyLMHeadModel"));
  }

  @Override
  public List<String> defaultTargets() {
    return List.of("q_proj", "v_proj", "c_fc");
  }

  @Override
  public List<String> attentionTargets() {
    return List.of("q_proj", "v_proj");
  }

  @Override
  public Initializer controlInit() {
    return Initializer.KAIMING;
  }

  @Override
  public boolean controlBias() {
    return false;
  }
}
