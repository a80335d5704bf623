package dev.statecraft.studio.recipe;

import static dev.statecraft.studio.recipe.MethodTypes.ALPHA;
import static dev.statecraft.studio.recipe.MethodTypes.FAMILY;
import static dev.statecraft.studio.recipe.MethodTypes.RANK;
import static dev.statecraft.studio.recipe.MethodTypes.USUAL_RANK;

import dev.statecraft.adapters.Beside;
import dev.statecraft.adapters.ChosenTargets;
import dev.statecraft.adapters.PeftTuning;
import dev.statecraft.adapters.ProjectionsPart;
import dev.statecraft.adapters.RankPatterns;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The keys of LoRA and DoRA. */
final class ProjectionKeys extends Keys {
  static final Type<List<String>> TARGETS =
      Type.texts("a list of names", 1, List.of("q_proj", "v_proj"))
          .checked(ProjectionKeys::checkSome);

  static final String TARGETS_SENTENCE =
      "Short names of the linears; ./statecraft inspect lists a model's.";

  final Key<Integer> rank =
      key("rank", RANK, USUAL_RANK, "r, the rank of the update of each linear.");

  /** The default is twice that of the rank, so that the scale alpha / r is 2. */
  final Key<Double> alpha =
      key("alpha", ALPHA, 2.0 * USUAL_RANK, "The update is scaled by alpha / r.");

  final Key<Double> dropout = MethodTypes.dropout(this);

  private final Key<Optional<WantedLinears>> targets =
      optional(
          "targets",
          WantedLinears.TYPE,
          FAMILY,
          TARGETS_SENTENCE + " An expression has to fit the whole of PEFT's name of a linear.");

  private final Key<Optional<List<String>>> excluded =
      optional(
          "exclude_modules",
          Type.texts("a list of names or ends of names", 1, List.of("1.self_attn.q_proj")),
          "none",
          "Linears that are left out of the targets.");

  private final Key<String> layers = MethodTypes.layers(this);

  private final Key<Optional<Map<String, Integer>>> ranks =
      optional(
          "rank_pattern",
          PeftTypes.RANKS,
          "one rank for all",
          "Linears with a rank of their own, by full names or ends of them.");

  private final Key<Optional<Map<String, Double>>> alphas =
      optional(
          "alpha_pattern",
          PeftTypes.ALPHAS,
          "one alpha for all",
          "Linears with an alpha of their own, likewise.");

  private final Key<Optional<Boolean>> stabilized =
      optional(
          "use_rslora",
          Type.flag(),
          "false",
          "Whether the update is scaled by alpha / sqrt(r) (Kalajdzievski 2023).");

  private final Key<Optional<Beside.Biases>> biases =
      optional(
          "bias",
          PeftTypes.BIASES,
          "none",
          "Biases of the model that are trained beside: of the targets, or all.");

  private final Key<Optional<Boolean>> biasOfB =
      optional(
          "lora_bias",
          Type.flag(),
          "false",
          "Whether B has a bias; not with dora, nor with another init than kaiming, and merged only"
              + " where linears have biases.");

  private final Key<Optional<List<String>>> saved =
      optional(
          "modules_to_save",
          Type.texts("a list of names", 1, List.of("embed_tokens", "lm_head")),
          "none",
          "Modules that are trained whole, by names or ends of names; never targets.");

  private final Key<Optional<Map<String, List<Integer>>>> tokens =
      optional(
          "trainable_token_indices",
          PeftTypes.TOKENS,
          "none",
          "Tokens whose rows of the embedding are trained; of a tied head too.");

  private final Key<Optional<Boolean>> tied =
      optional(
          "ensure_weight_tying",
          Type.flag(),
          "false",
          "Whether a tied table in modules_to_save stays one; else the model has two from then"
              + " on.");

  final Key<LoraStart> init =
      key(
          "init",
          Type.choice(List.of(LoraStart.values()), LoraStart::label, LoraStart::of),
          LoraStart.KAIMING,
          "How A and B start: pissa and olora as a part of each weight, which is held less that.");

  /** Adds the key {@code targets} as short names, the family's unless a recipe names others. */
  static Key<Optional<List<String>>> targets(Keys mapping) {
    return mapping.optional("targets", TARGETS, MethodTypes.FAMILY, TARGETS_SENTENCE);
  }

  static void checkSome(String key, List<String> names) {
    if (names.isEmpty()) {
      throw new UsageException(key + ": expected at least one name, found none");
    }
  }

  /**
   * LoRA or DoRA, on the given targets unless a recipe names others.
   *
   * @throws IllegalArgumentException if the recipe says what can only be said of a known model
   */
  Tuning tuning(Settings settings, List<String> usual, boolean dora, ModelDefaults model) {
    Optional<WantedLinears> wanted = settings.get(targets);
    Lora lora =
        new Lora(
            settings.get(rank),
            settings.get(alpha),
            settings.get(dropout),
            false,
            wanted.map(WantedLinears::names).orElse(usual),
            LayerSelection.parse(settings.get(layers)),
            settings.get(init));
    if (isPlain(settings)) {
      return dora
          ? new Dora(
              lora.rank(), lora.alpha(), lora.dropout(), lora.targets(), lora.layers(), lora.init())
          : lora;
    }
    return new PeftTuning(
        new ProjectionsPart(
            dora,
            lora.rank(),
            lora.alpha(),
            lora.dropout(),
            settings.get(stabilized).orElse(false),
            new ChosenTargets(
                lora.targets(),
                wanted.flatMap(WantedLinears::expression),
                lora.layers(),
                settings.get(excluded).orElse(List.of()),
                settings.get(saved).orElse(List.of())),
            new RankPatterns(
                settings.get(ranks).orElse(Map.of()), settings.get(alphas).orElse(Map.of())),
            new Beside(
                settings.get(biases).orElse(Beside.Biases.NONE),
                settings.get(biasOfB).orElse(false),
                settings.get(tokens).orElse(Map.of()),
                settings.get(tied).orElse(false)),
            lora.init()),
        model
            .family()
            .orElseThrow(
                () -> new IllegalArgumentException("expected a model whose modules are known")));
  }

  /** Whether short names and layers say all. */
  private boolean isPlain(Settings settings) {
    return settings.get(targets).filter(wanted -> wanted.text().isPresent()).isEmpty()
        && Stream.of(excluded, ranks, alphas, stabilized, biases, biasOfB, saved, tokens, tied)
            .allMatch(key -> settings.get(key).isEmpty());
  }
}
