package example;

import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory.Existing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Trains on tickets.csv, then answers a thousand new tickets. */
public final class Tickets {
  public static void main(String[] arguments) throws IOException {
    Path data = Path.of(arguments[0]);
    ModelEngine engine = new ModelEngine();
    Recipe recipe =
        Recipe.builder("builtin:minilm")
            .method("control")
            .train(data.resolve("tickets.csv"))
            .task(TaskRecipe.CLASSIFICATION)
            .set("data.validation.split", 0.2)
            .set("train.epochs", 8)
            .output(Path.of(arguments[1]))
            .build();
    try (TrainingJob job = TrainingJob.begin(engine, recipe, Existing.REPLACE, JobOptions.SILENT)) {
      System.out.println("trained: " + job.run().summary().best().orElseThrow().metrics());
    }
    Map<String, Integer> counts = new TreeMap<>();
    try (OpenModel model = engine.open(Path.of(arguments[1]))) {
      for (int i = 0; i < 1000; i++) {
        String text = i % 2 == 0 ? "I was charged twice for order " : "The app crashes on page ";
        counts.merge(model.classify(text + i).label(), 1, Integer::sum);
      }
    }
    System.out.println("answered: " + counts);
  }
}
