package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An adapter and its model, both open.
 *
 * @param family the model's, with the head that the adapter has
 */
record OpenAdapter(Adapter adapter, PretrainedModel model, TaskModel family)
    implements AutoCloseable {

  static OpenAdapter of(AdapterSource source, Inputs inputs) throws IOException {
    Adapter adapter = AdapterFolder.open(source.adapter(), inputs.functions());
    boolean opened = false;
    try {
      PretrainedModel model = inputs.open(modelName(source, adapter));
      try {
        OpenAdapter open = new OpenAdapter(adapter, model, family(source, model, adapter));
        opened = true;
        return open;
      } finally {
        if (!opened) {
          model.close();
        }
      }
    } finally {
      if (!opened) {
        adapter.close();
      }
    }
  }

  private static String modelName(AdapterSource source, Adapter adapter) {
    String named = source.model().orElse(adapter.description().baseModel());
    if (named.isEmpty()) {
      throw new InvalidInputException(
          source.adapter()
              + ": base_model_name_or_path: expected the base model, found nothing; name it with"
              + " --model");
    }
    // Python's settings may name a folder relative to where one is.
    Path folder = Path.of(named);
    return Files.isDirectory(folder) ? folder.toAbsolutePath().toString() : named;
  }

  /** The model with the head that an adapter has. */
  static TaskModel family(AdapterSource source, PretrainedModel model, Adapter adapter) {
    if (source.recipe().isPresent()) {
      return RecipeTask.of(source.recipe().get()).model(model);
    }
    OptionalInt outputs = adapter.headOutputs();
    if (outputs.isEmpty()) {
      return model.usual();
    }
    TrainedHead head = TrainedHead.of(adapter, source.adapter().toString());
    if (outputs.getAsInt() < 1 || (head.regression() && outputs.getAsInt() != 1)) {
      throw new InvalidInputException(
          source.adapter()
              + ": the head: expected "
              + (head.regression() ? "1 output for regression" : "1 output or more")
              + ", found "
              + outputs.getAsInt());
    }
    return model.usual(outputs.getAsInt(), head.regression(), head.pooling());
  }

  /** Names of the head's outputs, where the run or the adapter knows them. */
  Optional<List<String>> labels(AdapterSource source) {
    return source
        .recipe()
        .map(recipe -> TrainedHead.of(recipe, family))
        .orElseGet(() -> TrainedHead.of(adapter, source.adapter().toString()))
        .labels();
  }

  /** Another model with the same head. */
  TaskModel familyOf(PretrainedModel other) {
    return other.config().kind() == model.config().kind()
        ? other.usual(family.head().outputs(), family.isRegression(), family.head().pooling())
        : other.causalLm();
  }

  @Override
  public void close() {
    adapter.close();
    model.close();
  }
}
