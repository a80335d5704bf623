package dev.statecraft.adapters;

import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.Affine;
import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.NormTuning;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.PooledLowRank;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.op.Activation;
import dev.statecraft.models.family.ScaledTargets;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** One adapter of every method. */
final class Descriptions {
  private Descriptions() {}

  static final List<String> METHODS =
      List.of(
          "lora",
          "dora",
          "control",
          "double-control",
          "control+lora",
          "adapter",
          "ia3",
          "bitfit",
          "patch-control",
          "routed",
          "reft",
          "full",
          "probe",
          "edges",
          "edges of every function",
          "adapter with norms",
          "vera",
          "vera edges",
          "adalora",
          "qa-lora",
          "edges of means");

  static AdapterDescription of(String method, TaskModel family) {
    List<String> targets = family.backbone().defaultTargets();
    LowRank function =
        new LowRank(3, 0.5, family.backbone().controlBias(), 0.1, family.backbone().controlInit());
    StateTuning control = StateTuning.control(function, LayerSelection.ALL);
    Lora lora = new Lora(2, 3.5, 0.05, targets, LayerSelection.ALL);
    List<Tuning> parts =
        switch (method) {
          case "lora" -> List.of(lora);
          case "dora" -> List.of(new Dora(2, 4, 0.05, targets, LayerSelection.ALL));
          case "vera" ->
              List.of(new Vera(5, 0.2, 0.05, 11, targets, LayerSelection.parse("last 2")));
          case "adalora" ->
              List.of(
                  new AdaLora(
                      3,
                      2.5,
                      0.05,
                      0.25,
                      new RankBudget(2, 3, 4, 5, 60, 0.8, 0.9),
                      targets,
                      LayerSelection.parse("last 2"),
                      Map.of()));
          case "vera edges" ->
              List.of(
                  StateTuning.doubleControl(new SharedLowRank(4, 0.3, 0, 5), LayerSelection.ALL));
          case "qa-lora" ->
              List.of(new QaLora(3, 4.5, 0.05, 20, targets, LayerSelection.parse("last 2")));
          case "edges of means" ->
              List.of(
                  StateTuning.doubleControl(
                      new PooledLowRank(3, 0.75, 12, 0.1), LayerSelection.ALL));
          case "control" -> List.of(control);
          case "double-control" ->
              List.of(StateTuning.doubleControl(function, LayerSelection.parse("last 2")));
          case "control+lora" -> List.of(control, lora);
          case "adapter" ->
              List.of(StateTuning.adapter(new Bottleneck(3, 0.75), LayerSelection.parse("0,2")));
          case "ia3" -> List.of(ia3(family.backbone().scaledTargets()));
          case "bitfit" -> List.of(new BitFit(targets, LayerSelection.parse("first 2")));
          case "patch-control" ->
              List.of(
                  StateTuning.control(
                      new Patch(3, 0.75, function.init()), LayerSelection.parse("0,2")));
          case "routed" ->
              List.of(
                  StateTuning.doubleControl(new Routed(2, function), LayerSelection.parse("0,2")));
          case "reft" ->
              List.of(
                  new StateTuning(
                      List.of(
                          reft("output.first", Reft.Variant.LOREFT, "first 2"),
                          reft("output.last", Reft.Variant.DIREFT, "last 3")),
                      LayerSelection.parse("0,2")));
          case "full" -> List.of(new FullTuning());
          case "probe" -> List.of(new HeadTuning());
          case "edges" ->
              List.of(
                  new StateTuning(
                      List.of(
                          ControlEdge.between("layers.0.middle", "layers.2.output", function),
                          ControlEdge.around(BlockName.FULL, new Bottleneck(2, 1))),
                      LayerSelection.parse("first 2")));
          case "edges of every function" ->
              List.of(
                  new StateTuning(
                      Stream.of(
                              new Bottleneck(2, 1, Activation.Kind.TANH),
                              new Gated(2, 0.5, 4, function.init()),
                              new Affine(2, 0.5, 3, function.init()))
                          .map(g -> new ControlEdge("input", "output", name(g), g))
                          .toList(),
                      LayerSelection.ALL));
          case "adapter with norms" ->
              List.of(
                  StateTuning.adapter(new Bottleneck(3, 0.75), LayerSelection.ALL),
                  new NormTuning(LayerSelection.parse("last 2")));
          default -> throw new AssertionError(method);
        };
    return AdapterDescription.of(method, "some/model", parts);
  }

  private static String name(ControlFunction function) {
    return function.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  private static Ia3 ia3(ScaledTargets scaled) {
    return new Ia3(scaled.targets(), scaled.feedForward(), LayerSelection.ALL);
  }

  private static ControlEdge reft(String name, Reft.Variant variant, String positions) {
    return new ControlEdge(
        "output", "output", name, new Reft(variant, 3, 0.75, Positions.parse(positions)));
  }
}
