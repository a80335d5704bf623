package dev.statecraft.cli;

import dev.statecraft.core.control.UserFunction;
import dev.statecraft.core.control.UserFunction.Theta;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.studio.combine.CombineOutcome;
import dev.statecraft.studio.combine.CombineRequest;
import dev.statecraft.studio.combine.CombineSettings;
import dev.statecraft.studio.combine.NamedRun;
import dev.statecraft.studio.engine.Classification;
import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.GenerateRequest.Sampling;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.PlanRequest;
import dev.statecraft.studio.engine.PlanRow;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.job.JobOptions;
import dev.statecraft.studio.job.TrainingJob;
import dev.statecraft.studio.recipe.Methods;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeBuilder;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.studio.run.RunDirectory.Existing;
import dev.statecraft.studio.run.RunResult;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import dev.statecraft.training.ComputeOptions;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.StepMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The examples of {@code docs/library.md}, each between two comments. */
final class LibraryExamples {
  private LibraryExamples() {}

  static Recipe recipe(Path folder) {
    // begin recipe
    Recipe recipe =
        Recipe.builder("builtin:minilm")
            .method("control")
            .train(folder.resolve("tickets.csv"))
            .validation(folder.resolve("tickets.csv"))
            .task(TaskRecipe.CLASSIFICATION)
            .set("train.epochs", 2)
            .output(folder.resolve("runs/tickets"))
            .build();
    // end
    return recipe;
  }

  static RunResult fineTune(Recipe recipe) throws IOException {
    // begin fineTune
    Engine engine = new ModelEngine();
    JobOptions options =
        JobOptions.SILENT.withListener(
            new RunHandler() {
              @Override
              public void step(StepMetrics step) {
                System.out.printf("step %d: loss %.3f%n", step.step(), step.loss());
              }
            });
    RunResult result;
    try (TrainingJob job = TrainingJob.begin(engine, recipe, Existing.REPLACE, options)) {
      result = job.run();
    }
    // end
    return result;
  }

  static List<Classification> classify(Engine engine, Path folder) throws IOException {
    // begin classify
    List<Classification> teams = new ArrayList<>();
    try (OpenModel model = engine.open(folder.resolve("runs/tickets"))) {
      for (String ticket : List.of("I was charged twice", "It does not start")) {
        teams.add(model.classify(ticket));
      }
    }
    // end
    return teams;
  }

  static float[] embed(Engine engine) throws IOException {
    float[] vector;
    // begin embed
    TunedModel encoder = new TunedModel("builtin:minilm", Optional.empty(), Quantization.NONE);
    try (OpenModel model =
        engine.openEmbedder(encoder, DType.FLOAT32, Device.CPU, System.out::println)) {
      vector = model.embed("I was charged twice");
    }
    // end
    return vector;
  }

  static Map<String, Double> evaluate(Engine engine, Path folder) throws IOException {
    // begin evaluate
    RunDirectory run = RunDirectory.open(folder.resolve("runs/tickets"));
    Recipe recipe = run.recipe();
    TunedModel tuned =
        new TunedModel(recipe.model(), Optional.of(run.adapter()), recipe.quantize());
    Map<String, Double> metrics = engine.evaluate(recipe, tuned, System.out::println).metrics();
    // end
    return metrics;
  }

  static String generate(Engine engine, String folder) throws IOException {
    String text;
    // begin generate
    TunedModel tuned = new TunedModel(folder, Optional.empty(), Quantization.NONE);
    try (OpenModel model = engine.open(tuned, DType.FLOAT32, Device.CPU)) {
      text = model.generate("Once upon a time", 64, Sampling.GREEDY, System.out::print).text();
    }
    // end
    return text;
  }

  static Map<String, Classification> adapters(Engine engine, Path folder) throws IOException {
    Map<String, Classification> answers = new LinkedHashMap<>();
    // begin adapters
    try (OpenModel model = engine.open(folder.resolve("runs/tickets"))) {
      model.load("mood", folder.resolve("runs/mood"));
      for (String name : model.adapters()) { // [tickets, mood]
        model.use(name);
        answers.put(name, model.classify("I was charged twice"));
      }
      model.use("tickets");
      model.unload("mood");
    }
    // end
    return answers;
  }

  static CombineOutcome combine(Engine engine, Path folder) throws IOException {
    // begin combine
    List<NamedRun> runs =
        List.of(
            new NamedRun("tickets", folder.resolve("runs/tickets")),
            new NamedRun("mood", folder.resolve("runs/mood")));
    CombineOutcome outcome =
        engine.combine(
            CombineRequest.of(runs, CombineSettings.of("average"), folder.resolve("runs/both")),
            System.out::println);
    // end
    return outcome;
  }

  static UserFunctions functions() {
    // begin functions
    UserFunction tanh =
        new UserFunction(
            "tanh-of-product",
            List.of(new Theta("M", (in, out) -> new long[] {out, in}, Initializer.ZEROS)),
            (x, theta) -> x.matmul(theta.get(0).t()).tanh());
    UserFunctions functions = UserFunctions.of(List.of(tanh));
    // end
    return functions;
  }

  static Classification own(UserFunctions functions, Path folder) throws IOException {
    Classification team;
    // begin own
    Engine engine = new ModelEngine(functions);
    RecipeBuilder recipe =
        Recipe.builder("builtin:minilm")
            .set("method", Map.of("name", "control", "function", "user"))
            .set("method.user_function", "tanh-of-product")
            .train(folder.resolve("tickets.csv"))
            .validation(folder.resolve("tickets.csv"))
            .task(TaskRecipe.CLASSIFICATION)
            .output(folder.resolve("runs/own"));
    TrainingJob.begin(engine, recipe.build(), Existing.REPLACE, JobOptions.SILENT).run();
    try (OpenModel model = engine.open(folder.resolve("runs/own"))) {
      team = model.classify("I was charged twice");
    }
    // end
    return team;
  }

  static List<PlanRow> plan(Engine engine, String config) throws IOException {
    // begin plan
    PlanRequest request =
        new PlanRequest(
            config,
            List.of(Methods.parse("lora"), Methods.parse("{name: control, rank: 32}")),
            List.of(StorePolicy.CHEAP),
            OptionalLong.empty(),
            4,
            512,
            ComputeOptions.cpu(DType.BFLOAT16));
    List<PlanRow> rows = engine.plan(request);
    // end
    return rows;
  }
}
