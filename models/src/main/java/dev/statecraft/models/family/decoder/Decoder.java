package dev.statecraft.models.family.decoder;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.core.op.Scale;
import dev.statecraft.models.config.rope.RopeConfig;
import dev.statecraft.models.family.Backbone;
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
 * A decoder of LLaMA's kind, made as its configuration says. The states that all families name have
 * LLaMA's names; parameters have those of the checkpoint.
 */
public record Decoder(DecoderConfig config) implements Backbone {
  static final Prefix PREFIX = new Prefix("model.", List.of("embed_tokens.", "layers.", "norm."));
  static final TiedTables TABLES = new TiedTables("model.embed_tokens.weight", "lm_head.weight");

  @Override
  public String prefix() {
    return PREFIX.text();
  }

  @Override
  public TokenInput input() {
    int context = config.sizes().maxPositionEmbeddings();
    int longest =
        config.layers().stream()
            .flatMap(layer -> layer.rope().stream())
            .mapToInt(rope -> rope.scaling().reach(context))
            .max()
            .orElse(context);
    return TokenInput.plain(config.vocabSize(), longest);
  }

  @Override
  public List<String> defaultTargets() {
    List<String> targets = new ArrayList<>(attentionTargets());
    targets.add(config.mlp().joined() ? "gate_up_proj" : "up_proj");
    targets.add("down_proj");
    return targets;
  }

  @Override
  public List<String> attentionTargets() {
    return config.attention().joined()
        ? List.of("qkv_proj")
        : List.of("q_proj", "k_proj", "v_proj");
  }

  @Override
  public ScaledTargets scaledTargets() {
    return config.scaledTargets();
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
  public Optional<String> finalNorm() {
    return Optional.of("final_norm");
  }

  /** As transformers' attention and Phi-3's residual dropout. */
  @Override
  public ModelDropout dropout() {
    return new ModelDropout(Map.of(), config.residualDropout(), config.attention().dropout());
  }

  @Override
  public String architecture() {
    return config.name() + "Model";
  }

  @Override
  public Optional<LanguageOutputs> languageOutputs() {
    return Optional.of(
        new LanguageOutputs(
            table(config.tieWordEmbeddings() ? TABLES.embedding() : TABLES.head()),
            config.scales().scores(),
            config.name() + "ForCausalLM"));
  }

  /** Of LLaMA alone: the reference implementation changes no other decoder. */
  @Override
  public Optional<PaperControl> paper() {
    return config.modelType().equals("llama")
        ? Optional.of(new PaperControl(true, true, false, Optional.empty()))
        : Optional.empty();
  }

  private Parameter table(String name) {
    return Parameter.base(name, config.vocabSize(), config.hiddenSize());
  }

  @Override
  public State build(GraphBuilder graph) {
    State ids = graph.input(InputNames.TOKEN_IDS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State positions = graph.input(InputNames.POSITIONS, Shape.of(Axis.TOKENS), Precision.INDEX);
    State x = embeddings(graph, ids);
    Map<RopeConfig, State> tables = tables(graph, positions);
    DecoderLayer layer = new DecoderLayer(graph, config);
    for (int i = 0; i < config.numHiddenLayers(); i++) {
      graph.inLayer(i);
      x = layer.build(i, x, config.layers().get(i).rope().map(tables::get));
    }
    graph.inLayer(-1);
    return layer.norm("final_norm", x, "model.norm");
  }

  private State embeddings(GraphBuilder graph, State ids) {
    DecoderScales scales = config.scales();
    boolean plain = scales.embedding() == 1;
    State words =
        graph.edge(
            plain ? "embeddings" : "words",
            new Embedding(),
            List.of(ids),
            table(TABLES.embedding()));
    return plain
        ? words
        : graph.edge("embeddings", new Scale(scales.embedding(), scales.rounded()), List.of(words));
  }

  /** A table for each kind of rotary positions that layers have. */
  private Map<RopeConfig, State> tables(GraphBuilder graph, State positions) {
    Map<RopeConfig, State> tables = new LinkedHashMap<>();
    for (LayerKind kind : config.layers()) {
      if (kind.rope().isPresent() && !tables.containsKey(kind.rope().get())) {
        RopeConfig rope = kind.rope().get();
        String name = tables.isEmpty() ? "rotary_table" : "rotary_table." + tables.size();
        tables.put(
            rope, graph.edge(name, rope.table(config.sizes().headDim()), List.of(positions)));
      }
    }
    return tables;
  }
}
