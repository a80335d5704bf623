package dev.statecraft.adapters;

import dev.statecraft.base.JsonKeys;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.models.head.TaskModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What Statecraft saves: PEFT's layout, and ours for methods that it has no word for.
 *
 * @param peft whether LoRA and DoRA are written as PEFT writes them
 */
record OwnLayout(boolean peft) implements AdapterLayout {
  @Override
  public boolean isOf(JsonKeys settings) {
    return true;
  }

  @Override
  public List<String> weightsFiles() {
    return List.of(AdapterFolder.WEIGHTS_FILE);
  }

  @Override
  public AdapterDescription read(
      JsonKeys settings, CheckpointSource file, Map<String, String> metadata, UserFunctions own) {
    return AdapterConfig.read(settings, metadata, own);
  }

  @Override
  public Map<Parameter, List<String>> keys(
      AdapterDescription description, TaskModel family, Graph tuned) {
    return AdapterKeys.of(description, family, tuned);
  }

  @Override
  public Optional<String> problem(AdapterDescription description, TaskModel family) {
    return peft && !description.isPeft()
        ? Optional.of(
            "lora, dora, ia3, vera or adalora, which are all that PEFT has of our methods, found '"
                + description.method()
                + "'")
        : Optional.empty();
  }

  @Override
  public String settings(AdapterDescription description, TaskModel family, List<String> saved) {
    return AdapterConfig.write(description, family, saved, peft);
  }
}
