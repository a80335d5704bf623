package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import java.util.List;
import java.util.Optional;

/** Control around blocks, each of which reads what earlier ones added (arXiv 2606.31397). */
final class RoutedMethod extends Keys implements Method {
  private final Key<List<BlockName>> blocks = ControlKeys.blocks(this, BlockName.MLP);

  private final Key<Integer> rank =
      key("rank", MethodTypes.RANK, MethodTypes.USUAL_RANK, "Rows of A, columns of B.");

  private final Key<Double> alpha =
      key(
          "alpha",
          MethodTypes.ALPHA,
          MethodTypes.USUAL_CONTROL_ALPHA,
          "Factor of what an edge adds: c = alpha B A x.");

  private final Key<Integer> k =
      key(
          "k",
          MethodTypes.EXPERTS,
          Routed.USUAL_K,
          "Of how many earlier edges each token is also given what they add; 0 is plain control.");

  private final Key<Double> dropout =
      key(
          "dropout",
          MethodTypes.DROPOUT,
          MethodTypes.NO_DROPOUT,
          "Probability with which a number of x is dropped.");

  private final Key<Optional<Boolean>> bias =
      optional("bias", Type.flag(), MethodTypes.FAMILY, "Whether A and B have biases.");

  private final Key<String> layers = MethodTypes.layers(this);

  @Override
  public String name() {
    return "routed";
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
    LowRank expert =
        new LowRank(
            settings.get(rank),
            settings.get(alpha),
            settings.get(bias).orElse(model.controlBias()),
            settings.get(dropout),
            model.controlInit());
    Routed function = new Routed(settings.get(k), expert);
    return List.of(
        new StateTuning(
            settings.get(blocks).stream()
                .map(block -> ControlEdge.around(block, function))
                .toList(),
            LayerSelection.parse(settings.get(layers))));
  }
}
