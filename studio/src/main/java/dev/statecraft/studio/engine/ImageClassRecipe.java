package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.models.image.ImageProcessorConfig;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.task.ImageClassTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Classes of pictures. */
record ImageClassRecipe(Recipe recipe) implements RecipeTask {
  @Override
  public ImageClassTask task() {
    return new ImageClassTask(RecipeTask.labels(recipe.task()));
  }

  /**
   * How a model's folder says that pictures become what it reads.
   *
   * @throws dev.statecraft.base.InvalidInputException if the model is no image classifier, or its
   *     {@code preprocessor_config.json} cannot be used
   */
  static ImagePreprocessor preprocessor(PretrainedModel model) {
    PixelInput input = model.imageClassifier(2).input().pixels().orElseThrow();
    try {
      return new ImagePreprocessor(ImageProcessorConfig.read(Path.of(model.name()), input), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Preparation prepare(
      Preparation.Purpose purpose, PretrainedModel model, Inputs inputs, DataNotes notes) {
    return new ImageReading(recipe, model, preprocessor(model), inputs, notes).prepare(purpose);
  }

  @Override
  public Answering classifier(PretrainedModel model, Graph graph, Weights weights) {
    return ImageClassifier.of(task().labels(), recipe, model, graph, weights);
  }
}
