package dev.statecraft.models.family;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Dim;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Add;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.ClassToken;
import dev.statecraft.core.op.CrossEntropyLoss;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.op.Patches;
import dev.statecraft.models.config.VitConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * ViT (Dosovitskiy et al. 2021) with an image classifier: patch embedding, class token, pre-norm
 * blocks.
 *
 * @param config the configuration
 * @param classes number of classes
 */
public record Vit(VitConfig config, int classes) implements ModelFamily {
  static final String PIXELS = "pixel_values";
  static final String LABELS = "labels";

  @Override
  public List<String> defaultTargets() {
    return List.of("query", "value");
  }

  @Override
  public Initializer controlInit() {
    return Initializer.KAIMING;
  }

  @Override
  public boolean controlBias() {
    return true;
  }

  /** transformers 5 renames ViT's modules on loading; PEFT sees the new names. */
  @Override
  public String peftModule(String module) {
    return module
        .replace("vit.encoder.layer.", "vit.layers.")
        .replace(".attention.attention.query", ".attention.q_proj")
        .replace(".attention.attention.key", ".attention.k_proj")
        .replace(".attention.attention.value", ".attention.v_proj")
        .replace(".attention.output.dense", ".attention.o_proj")
        .replace(".intermediate.dense", ".mlp.fc1")
        .replace(".output.dense", ".mlp.fc2");
  }

  @Override
  public String peftTarget(String target) {
    return switch (target) {
      case "query" -> "q_proj";
      case "key" -> "k_proj";
      case "value" -> "v_proj";
      case "attention.output.dense" -> "o_proj";
      case "intermediate.dense" -> "fc1";
      case "output.dense" -> "fc2";
      default -> target;
    };
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

  /** As transformers' ViTEmbeddings, ViTLayer and ViTAttention; the classifier has none. */
  @Override
  public ModelDropout dropout() {
    double hidden = config.hiddenDropoutProb();
    return new ModelDropout(
        Map.of("embeddings", hidden), hidden, config.attentionProbsDropoutProb());
  }

  @Override
  public Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    Blocks blocks = new Blocks(graph);
    long hidden = config.hiddenSize();
    State pixels =
        graph.input(
            PIXELS,
            Shape.of(
                Axis.SEQUENCES,
                Dim.of(config.numChannels()),
                Dim.of(config.imageSize()),
                Dim.of(config.imageSize())),
            Precision.COMPUTE);
    State patches =
        graph.edge(
            "patches",
            new Patches(config.numChannels(), config.patchSize(), config.imageSize()),
            List.of(pixels));
    String projection = "vit.embeddings.patch_embeddings.projection";
    State embedded =
        graph.edge(
            "patch_embeddings",
            new Linear(true),
            List.of(patches),
            Parameter.base(projection + ".weight", hidden, patches.shape().features()),
            Parameter.base(projection + ".bias", hidden));
    State x =
        graph.edge(
            "embeddings",
            new ClassToken(config.numPatches()),
            List.of(embedded),
            Parameter.base("vit.embeddings.cls_token", 1, 1, hidden),
            Parameter.base(
                "vit.embeddings.position_embeddings", 1, config.numPatches() + 1L, hidden));
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      x = layer(graph.inLayer(i), i, x);
    }
    graph.inLayer(-1);
    // The classifier sees the class token alone, so only that row is normalised.
    State first = graph.edge("class_token", new FirstToken(), List.of(x));
    State last = blocks.layerNorm("final_norm", first, "vit.layernorm", config.layerNormEps());
    State logits = blocks.headLinear(LOGITS, last, "classifier", classes);
    State labels = graph.input(LABELS, Shape.of(Axis.SEQUENCES), Precision.INDEX);
    graph.edge(LOSS, new CrossEntropyLoss(), List.of(logits, labels));
    return graph.build();
  }

  private State layer(GraphBuilder graph, int index, State input) {
    Blocks blocks = new Blocks(graph);
    String name = "layers." + index + ".";
    String module = "vit.encoder.layer." + index;
    String self = module + ".attention.attention.";
    long hidden = config.hiddenSize();
    int heads = config.numAttentionHeads();
    boolean bias = config.qkvBias();

    State normed =
        blocks.layerNorm(
            name + "attn_norm", input, module + ".layernorm_before", config.layerNormEps());
    State q = blocks.linear(name + "q", normed, self + "query", hidden, bias);
    State k = blocks.linear(name + "k", normed, self + "key", hidden, bias);
    State v = blocks.linear(name + "v", normed, self + "value", hidden, bias);
    State attended =
        graph.edge(
            name + "attention",
            new Attention(name + "attention", heads, heads, config.hiddenSize() / heads, false),
            List.of(q, k, v));
    State attnOutput =
        blocks.linear(
            name + "attn_output", attended, module + ".attention.output.dense", hidden, true);
    State middle = graph.edge(name + "middle", new Add(), List.of(input, attnOutput));

    State mlpNormed =
        blocks.layerNorm(
            name + "mlp_norm", middle, module + ".layernorm_after", config.layerNormEps());
    State wide =
        blocks.linear(
            name + "wide",
            mlpNormed,
            module + ".intermediate.dense",
            config.intermediateSize(),
            true);
    State activated =
        graph.edge(name + "activated", Encoder.activation(config.activation()), List.of(wide));
    State mlpOutput =
        blocks.linear(name + "mlp_output", activated, module + ".output.dense", hidden, true);
    State output = graph.edge(name + "output", new Add(), List.of(middle, mlpOutput));

    Map<String, String> projections = new HashMap<>();
    projections.put("query", q.name());
    projections.put("key", k.name());
    projections.put("value", v.name());
    projections.put("attention.output.dense", attnOutput.name());
    projections.put("intermediate.dense", wide.name());
    projections.put("output.dense", mlpOutput.name());
    Map.copyOf(projections).forEach((key, state) -> projections.put(peftTarget(key), state));
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
