package dev.statecraft.cli;

import dev.statecraft.studio.engine.Engine;
import dev.statecraft.studio.engine.LabelledBert;
import dev.statecraft.studio.engine.ModelEngine;
import dev.statecraft.studio.engine.OpenModel;
import dev.statecraft.studio.engine.TinyFolder;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How several adapters of a model end in errors, on the command line and in programs. */
record AdapterErrors(ErrorScenarios scenarios, Path folder) {
  /** What a program asks of an open model. */
  @FunctionalInterface
  private interface Asked {
    void of(OpenModel model) throws IOException;
  }

  void add() {
    commandLine();
    scenarios.put(
        "<folder>: expected an adapter of <model>, found one of another base: its run read a <file>"
            + " of <n> bytes and SHA-256 <hash>",
        () -> {
          causalRun("run", "none");
          Path weights = folder.resolve("tiny/model.safetensors");
          byte[] bytes = Files.readAllBytes(weights);
          bytes[bytes.length - 1] ^= 1;
          Files.write(weights, bytes);
          return generate("--model", "tiny", "--adapter", "run", "--adapter", "x=run");
        });
    scenarios.put(
        "<folder>: labels: expected names of the head's outputs, in the adapter or the recipe of"
            + " its run, found none",
        () -> {
          LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
          Path adapter = Files.createDirectories(folder.resolve("adapter"));
          TinyFolder.lora(adapter, folder.resolve("bert"));
          Recipe recipe =
              Recipe.builder("bert")
                  .method("probe")
                  .train(Path.of("none.csv"))
                  .task(TaskRecipe.CLASSIFICATION)
                  .set("task.labels", List.of("a", "b"))
                  .build(folder);
          Engine engine = new ModelEngine();
          return asked(
              engine.open(recipe, untuned("bert")), model -> model.load("adapter", adapter));
        });
    scenarios.put(
        "adapter: expected one of [<names>], found '<word>'; did you mean '<name>'?",
        () -> asked(open(), model -> model.use("non")));
    scenarios.put(
        "adapter: expected names that differ, found '<name>' twice; call one otherwise",
        () ->
            asked(
                open(),
                model -> {
                  model.load("a", folder.resolve("lora"));
                  model.load("a", folder.resolve("lora"));
                }));
    scenarios.put(
        "adapter: expected one to unload, found the model without one",
        () -> asked(open(), model -> model.unload(OpenModel.NONE)));
  }

  private void commandLine() {
    scenarios.put(
        "adapter: expected a name other than 'none', which is the model without one, found '<name>'"
            + " for <folder>",
        () -> generate("--model", "m", "--adapter", "none=x"));
    scenarios.put(
        "<option>: expected names that differ, found '<name>' twice; call one otherwise with"
            + " NAME=<folder>",
        () -> generate("--model", "m", "--adapter", "a/x", "--adapter", "b/x"));
    scenarios.put(
        "<option>: expected [NAME=]DIR, found '<text>'",
        () -> generate("--model", "m", "--adapter", "=x"));
    scenarios.put(
        "--use: expected one of [<names>], found '<word>'",
        () -> generate("--model", "m", "--adapter", "a=x", "--adapter", "b=y", "--use", "other"));
    scenarios.put(
        "<option>: expected runs of one quantize, as they share a base, found <format> and"
            + " <format>",
        () -> {
          causalRun("one", "none");
          causalRun("two", "int8");
          return generate("--model", "tiny", "--adapter", "one", "--adapter", "two");
        });
    scenarios.put(
        "--run: expected runs of one train.dtype, as they share a base, found <type> and <type>",
        () -> {
          LabelledBert.write(folder.resolve("bert"), List.of("a", "b"));
          Files.writeString(folder.resolve("rows.csv"), "text,label\nw4,a\nw9,b\n");
          classifying("one", "float32");
          classifying("two", "bfloat16");
          return scenarios.run("classify", "--run", "one", "--run", "two", "w4");
        });
    scenarios.put(
        "<folder>: expected a run of the task <task> like the one before, found <task>",
        () -> {
          scenarios.finishedRun();
          Path images = Files.createDirectories(folder.resolve("images"));
          Files.writeString(
              images.resolve("recipe.yaml"),
              "{model: vit, method: probe, task: image-classification, data: {train: photos,"
                  + " validation: none}}");
          return scenarios.run("classify", "--run", "runs/recipe", "--run", "images", "a text");
        });
  }

  private ErrorScenarios.Outcome generate(String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "generate";
    all[1] = "--prompt";
    all[2] = "w4";
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return scenarios.run(all);
  }

  private void causalRun(String run, String quantize) throws IOException {
    TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("tiny")));
    TinyFolder.texts(folder.resolve("texts.jsonl"));
    Files.writeString(
        folder.resolve("causal.yaml"),
        "{model: ./tiny, method: lora, task: causal-lm, quantize: "
            + quantize
            + ", data: {train: texts.jsonl, validation: none}, train: {max_steps: 1}}");
    scenarios.run("train", "-c", "causal.yaml", "-o", run);
  }

  private void classifying(String run, String type) throws IOException {
    Files.writeString(
        folder.resolve("classifying.yaml"),
        "{model: ./bert, method: probe, task: classification, data: {train: rows.csv, validation:"
            + " none}, train: {max_steps: 1, dtype: "
            + type
            + "}}");
    scenarios.run("train", "-c", "classifying.yaml", "-o", run);
  }

  private TunedModel untuned(String model) {
    return new TunedModel(folder.resolve(model).toString(), Optional.empty(), Quantization.NONE);
  }

  private OpenModel open() throws IOException {
    Path model = TinyFolder.withTokenizer(TinyFolder.model(folder.resolve("tiny")));
    TinyFolder.lora(folder.resolve("lora"), model);
    return new ModelEngine().open(untuned("tiny"), DType.FLOAT32, Device.CPU);
  }

  private static ErrorScenarios.Outcome asked(OpenModel model, Asked asked) throws IOException {
    try (model) {
      asked.of(model);
    } catch (RuntimeException e) {
      Failure failure = Failure.of(e);
      return new ErrorScenarios.Outcome(failure.code().code(), failure.message());
    }
    return new ErrorScenarios.Outcome(0, "");
  }
}
