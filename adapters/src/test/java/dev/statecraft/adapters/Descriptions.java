package dev.statecraft.adapters;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.FullTuning;
import dev.statecraft.core.control.HeadTuning;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.models.head.TaskModel;
import java.util.List;

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
          "full",
          "probe",
          "edges",
          "vera",
          "vera edges");

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
          case "vera edges" ->
              List.of(
                  StateTuning.doubleControl(new SharedLowRank(4, 0.3, 0, 5), LayerSelection.ALL));
          case "control" -> List.of(control);
          case "double-control" ->
              List.of(StateTuning.doubleControl(function, LayerSelection.parse("last 2")));
          case "control+lora" -> List.of(control, lora);
          case "adapter" ->
              List.of(StateTuning.adapter(new Bottleneck(3, 0.75), LayerSelection.parse("0,2")));
          case "full" -> List.of(new FullTuning());
          case "probe" -> List.of(new HeadTuning());
          case "edges" ->
              List.of(
                  new StateTuning(
                      List.of(
                          ControlEdge.between("layers.0.middle", "layers.2.output", function),
                          ControlEdge.around(BlockName.FULL, new Bottleneck(2, 1))),
                      LayerSelection.parse("first 2")));
          default -> throw new AssertionError(method);
        };
    return AdapterDescription.of(method, "some/model", parts);
  }
}
