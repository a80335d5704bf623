package dev.statecraft.models.family.toy;

import dev.statecraft.models.config.ConfigKeys;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.Prefix;
import dev.statecraft.models.family.TiedTables;
import java.util.List;
import java.util.Optional;

/** Sizes of a {@link Toy}: what its {@code config.json} says. */
public record ToyConfig(
    int vocabSize,
    int maxPositionEmbeddings,
    int hiddenSize,
    int intermediateSize,
    int numHiddenLayers,
    int numAttentionHeads,
    Optional<String> dtype)
    implements ModelConfig {
  private static final Prefix PREFIX =
      new Prefix("transformer.", List.of("wte.", "wpe.", "h.", "ln_f."));

  /** What {@code Families} would be given, were the toy one of those that are read. */
  public static ToyConfig from(ConfigKeys keys) {
    return new ToyConfig(
        keys.positive("vocab_size"),
        keys.positive("max_position_embeddings"),
        keys.positive("hidden_size"),
        keys.positive("intermediate_size"),
        keys.positive("num_hidden_layers"),
        keys.positive("num_attention_heads"),
        keys.dtype());
  }

  @Override
  public String modelType() {
    return "toy";
  }

  @Override
  public ModelKind kind() {
    return ModelKind.CAUSAL_LM;
  }

  @Override
  public Toy backbone() {
    return new Toy(this);
  }

  @Override
  public String canonicalName(String name) {
    return PREFIX.on(name);
  }

  @Override
  public Optional<TiedTables> tied() {
    return Optional.of(new TiedTables(Toy.TOKENS, "lm_head.weight"));
  }
}
