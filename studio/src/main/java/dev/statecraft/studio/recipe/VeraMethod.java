package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Vectors between shared random matrices (Kopiczko et al. 2024). */
final class VeraMethod extends Keys implements Method {
  /** A vector of r numbers costs little, so r is larger than LoRA's: PEFT's default. */
  private static final int USUAL_RANK = 256;

  /** PEFT's default. */
  static final long USUAL_SEED = 0;

  static final Type<Double> INITIAL =
      Type.number("a number", Map.of(), 0.1)
          .checked(d -> d != 0, "a number other than 0, with which nothing is learned")
          .checked(Double::isFinite, "a finite number");

  private final Key<Integer> rank =
      key(
          "rank",
          MethodTypes.RANK,
          USUAL_RANK,
          "r: rows of the shared A, columns of the shared B.");

  private final Key<Double> initial =
      key(
          "d_initial",
          INITIAL,
          SharedLowRank.USUAL_INITIAL,
          "What the vectors d start at; the vectors b start at 0.");

  private final Key<Double> dropout = MethodTypes.dropout(this);

  private final Key<Long> seed =
      key(
          "projection_prng_key",
          Type.anyWhole(1),
          USUAL_SEED,
          "Seed of A and B, which are saved with the adapter.");

  private final Key<Optional<List<String>>> targets = ProjectionKeys.targets(this);

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "vera";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 4e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    return List.of(
        new Vera(
            settings.get(rank),
            settings.get(initial),
            settings.get(dropout),
            settings.get(seed),
            settings.get(targets).orElse(model.targets()),
            LayerSelection.parse(settings.get(layers))));
  }
}
