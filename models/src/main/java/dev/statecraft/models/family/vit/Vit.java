package dev.statecraft.models.family.vit;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Dim;
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
import dev.statecraft.core.op.Linear;
import dev.statecraft.core.op.Patches;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.family.PaperControl;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * ViT (Dosovitskiy et al. 2021): patch embedding, class token, pre-norm blocks. The last state is
 * not normalised yet.
 *
 * @param config the configuration
 */
record Vit(VitConfig config) implements Backbone {
  @Override
  public PixelInput input() {
    return new PixelInput(config.imageSize(), config.numChannels(), config.numPatches());
  }

  @Override
  public List<String> defaultTargets() {
    return List.of("query", "value");
  }

  /** Those of the paper, whose models write texts; PEFT has no defaults for ViT. */
  @Override
  public ScaledTargets scaledTargets() {
    return new ScaledTargets(List.of("key", "value", "output.dense"), List.of("output.dense"));
  }

  @Override
  public Initializer controlInit() {
    return Initializer.KAIMING;
  }

  @Override
  public boolean controlBias() {
    return true;
  }

  @Override
  public String peftModule(String module) {
    return VitNames.peftModule(module);
  }

  @Override
  public String peftTarget(String target) {
    return VitNames.peftTarget(target);
  }

  @Override
  public Optional<PaperControl> paper() {
    return Optional.of(new PaperControl(false, false, true, Optional.of(VitNames::timm)));
  }

  @Override
  public String architecture() {
    return "ViTModel";
  }

  @Override
  public Optional<SequenceOutputs> sequenceOutputs() {
    return Optional.of(new ClassTokenHead(config));
  }

  /** As transformers' ViTEmbeddings, ViTLayer and ViTAttention; the classifier has none. */
  @Override
  public ModelDropout dropout() {
    double hidden = config.hiddenDropoutProb();
    return new ModelDropout(
        Map.of("embeddings", hidden), hidden, config.attentionProbsDropoutProb());
  }

  @Override
  public State build(GraphBuilder graph) {
    long hidden = config.hiddenSize();
    State pixels =
        graph.input(
            InputNames.PIXELS,
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
    return x;
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
        graph.edge(name + "activated", Blocks.activation(config.activation()), List.of(wide));
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
