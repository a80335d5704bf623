package dev.statecraft.studio.engine;

import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeBuilder;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory.Existing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Runs of a moment on the model in a folder. */
record SmallRuns(Engine engine, Path folder) {
  /** A classification of rows {@code text,label}. */
  RecipeBuilder classification(String rows, String run, String method) throws IOException {
    Path data = Files.writeString(folder.resolve(run + ".csv"), "text,label\n" + rows);
    return Recipe.builder("./model")
        .set("method", method)
        .train(data)
        .task(TaskRecipe.CLASSIFICATION)
        .set("data.validation", "none")
        .set("train.epochs", 4)
        .set("train.batch_size", 2)
        .set("train.learning_rate", 0.05)
        .output(folder.resolve(run));
  }

  void train(RecipeBuilder recipe) throws IOException {
    train(recipe.build(folder));
  }

  void train(Recipe recipe) throws IOException {
    try (TrainingJob job = TrainingJob.begin(engine, recipe, Existing.REPLACE, JobOptions.SILENT)) {
      job.run();
    }
  }
}
