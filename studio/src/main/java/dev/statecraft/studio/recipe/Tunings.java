package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.graph.Initializer;
import java.util.List;
import java.util.Optional;

/** Makes tunings of the methods that recipes describe. */
public final class Tunings {
  private Tunings() {}

  /** The tuning of a method for a model; it can still find, when applied, that it does not fit. */
  public static Tuning of(Method method, ModelDefaults model) {
    return Tuning.all(parts(method, model));
  }

  /** The tunings that a method is made of, in the order in which they are applied. */
  public static List<Tuning> parts(Method method, ModelDefaults model) {
    return method instanceof Method.ControlAndLora both
        ? List.of(
            control(both.control(), model), projections(both.lora(), model.attentionTargets()))
        : List.of(single(method, model));
  }

  private static Tuning single(Method method, ModelDefaults model) {
    if (method instanceof Method.Projections projections) {
      return projections(projections, model.targets());
    }
    if (method instanceof Method.Control control) {
      return control(control, model);
    }
    if (method instanceof Method.Adapter adapter) {
      return StateTuning.adapter(
          new Bottleneck(adapter.rank(), adapter.alpha()), LayerSelection.parse(adapter.layers()));
    }
    if (method instanceof Method.Edges edges) {
      return new StateTuning(
          edges.edges().stream().map(edge -> edge(edge, model)).toList(),
          LayerSelection.parse(edges.layers()));
    }
    return method instanceof Method.Full ? new FullTuning() : new HeadTuning();
  }

  private static Tuning projections(Method.Projections method, List<String> defaultTargets) {
    List<String> targets = method.targets().orElse(defaultTargets);
    LayerSelection layers = LayerSelection.parse(method.layers());
    return method.name() == MethodName.DORA
        ? new Dora(method.rank(), method.alpha(), method.dropout(), targets, layers)
        : new Lora(method.rank(), method.alpha(), method.dropout(), targets, layers);
  }

  private static StateTuning control(Method.Control method, ModelDefaults model) {
    LowRank function =
        lowRank(method.rank(), method.alpha(), method.bias(), method.dropout(), model);
    return new StateTuning(
        method.blocks().stream().map(block -> ControlEdge.around(block, function)).toList(),
        LayerSelection.parse(method.layers()));
  }

  private static ControlEdge edge(Method.EdgeSpec edge, ModelDefaults model) {
    ControlFunction function =
        switch (edge.function()) {
          case LOW_RANK -> lowRank(edge.rank(), edge.alpha(), edge.bias(), edge.dropout(), model);
          case BOTTLENECK -> new Bottleneck(edge.rank(), edge.alpha());
        };
    return ControlEdge.between(edge.from(), edge.to(), function);
  }

  private static LowRank lowRank(
      int rank, double scale, Optional<Boolean> bias, double dropout, ModelDefaults model) {
    Initializer init = model.controlInit();
    return new LowRank(rank, scale, bias.orElse(model.controlBias()), dropout, init);
  }
}
