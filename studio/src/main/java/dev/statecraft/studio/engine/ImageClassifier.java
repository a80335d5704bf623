package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.image.PictureSource;
import dev.statecraft.models.family.ImageBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.task.ClassScore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Labels images with a tuned vision transformer; to be used by its session's thread. */
record ImageClassifier(
    List<String> labels,
    ImagePreprocessor preprocessor,
    boolean exifOrientation,
    StatePlan plan,
    Weights weights)
    implements Answering {
  /** Images computed at once. */
  private static final int BATCH = 16;

  @Override
  public ImageClassifier images() {
    return this;
  }

  /** One for a recipe's task. */
  static ImageClassifier of(
      List<String> labels, Recipe recipe, PretrainedModel model, Graph graph, Weights weights) {
    return new ImageClassifier(
        labels,
        ImageClassRecipe.preprocessor(model),
        recipe.data().images().map(it -> it.options().exifOrientation()).orElse(true),
        StatePlan.inference(graph, Set.of(TaskModel.LOGITS)),
        weights);
  }

  List<Classification> classify(List<Path> files) {
    List<Classification> results = new ArrayList<>();
    for (int start = 0; start < files.size(); start += BATCH) {
      List<PictureSource> pictures =
          files.subList(start, Math.min(files.size(), start + BATCH)).stream()
              .map(file -> PictureSource.ofFile(file, exifOrientation))
              .toList();
      try (Batch batch =
              ImageBatches.unlabelled(
                      preprocessor.input(), preprocessor.pixels(pictures), pictures.size())
                  .upload(weights.torch(), weights.computeType());
          Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
        double[] logits = pass.value(TaskModel.LOGITS).toDoubles();
        for (int i = 0; i < pictures.size(); i++) {
          double[] row = Arrays.copyOfRange(logits, i * labels.size(), (i + 1) * labels.size());
          results.add(Classification.of(labels, ClassScore.probabilities(row)));
        }
      }
    }
    return results;
  }
}
