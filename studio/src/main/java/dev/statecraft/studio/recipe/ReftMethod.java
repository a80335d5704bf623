package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import java.util.List;

/** Interventions on the state behind each layer, at some positions (Wu et al. 2024, "ReFT"). */
final class ReftMethod extends Keys implements Method {
  private final Key<Reft.Variant> variant =
      key(
          "variant",
          Type.choice(List.of(Reft.Variant.values()), Reft.Variant::label, Reft.Variant::of),
          Reft.Variant.LOREFT,
          "loreft: h + alpha R'(W h + b - R h) with orthonormal rows of R; direft: h + alpha B (A h"
              + " + a).");

  private final Key<Integer> rank =
      key(
          "rank",
          MethodTypes.RANK,
          MethodTypes.USUAL_RANK,
          "Rows of R and W, or of A; for loreft at most the features of a state.");

  private final Key<Double> alpha =
      key("alpha", MethodTypes.ALPHA, MethodTypes.USUAL_CONTROL_ALPHA, "Factor of what is added.");

  private final Key<Positions> positions =
      key(
          "positions",
          MethodTypes.POSITIONS,
          Positions.ALL,
          "Which tokens of a prompt are changed, counted from its ends; all are those behind it"
              + " too.");

  private final Key<Boolean> shared =
      key(
          "shared",
          Type.flag(),
          true,
          "Whether the first and the last positions have parameters in common.");

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "reft";
  }

  @Override
  public Keys keys() {
    return this;
  }

  @Override
  public double learningRate() {
    return 1e-3;
  }

  @Override
  public List<Tuning> tunings(Settings settings, ModelDefaults model) {
    Positions where = settings.get(positions);
    List<Positions> parts = settings.get(shared) ? List.of(where) : where.apart();
    return List.of(
        new StateTuning(
            parts.stream().map(part -> edge(settings, part, parts.size() > 1)).toList(),
            LayerSelection.parse(settings.get(layers))));
  }

  private ControlEdge edge(Settings settings, Positions part, boolean oneOfTwo) {
    Reft function = new Reft(settings.get(variant), settings.get(rank), settings.get(alpha), part);
    String which = part.first() > 0 ? ".first" : ".last";
    return new ControlEdge("output", "output", oneOfTwo ? "output" + which : "output", function);
  }
}
