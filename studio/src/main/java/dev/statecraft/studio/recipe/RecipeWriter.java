package dev.statecraft.studio.recipe;

import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.plan.StorePolicy;
import dev.statecraft.data.BatchLimit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Writes a recipe with every default spelled out. */
final class RecipeWriter {
  private RecipeWriter() {}

  static String toYaml(Recipe recipe) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("model", recipe.model());
    root.put("quantize", recipe.quantize().label());
    root.put("method", method(recipe.method()));
    root.put("data", data(recipe.data()));
    root.put("task", task(recipe.task()));
    root.put("train", train(recipe.train()));
    root.put("memory", memory(recipe.memory()));
    root.put("tracking", tracking(recipe.tracking()));
    root.put("output", recipe.output().toString());
    return RecipeText.write(root);
  }

  private static Map<String, Object> method(Method method) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", method.name().label());
    if (method instanceof Method.Projections projections) {
      putProjections(map, projections);
    } else if (method instanceof Method.Control control) {
      putControl(map, control);
    } else if (method instanceof Method.ControlAndLora both) {
      Map<String, Object> control = new LinkedHashMap<>();
      putControl(control, both.control());
      map.put("control", control);
      Map<String, Object> lora = new LinkedHashMap<>();
      putProjections(lora, both.lora());
      map.put("lora", lora);
    } else if (method instanceof Method.Adapter adapter) {
      map.put("rank", adapter.rank());
      map.put("alpha", adapter.alpha());
      map.put("layers", adapter.layers());
    } else if (method instanceof Method.Edges edges) {
      map.put("edges", edges.edges().stream().map(RecipeWriter::edge).toList());
      map.put("layers", edges.layers());
    }
    return map;
  }

  private static void putProjections(Map<String, Object> map, Method.Projections method) {
    map.put("rank", method.rank());
    map.put("alpha", method.alpha());
    map.put("dropout", method.dropout());
    method.targets().ifPresent(targets -> map.put("targets", targets));
    map.put("layers", method.layers());
  }

  private static void putControl(Map<String, Object> map, Method.Control method) {
    map.put("blocks", method.blocks().stream().map(BlockName::label).toList());
    map.put("rank", method.rank());
    map.put("alpha", method.alpha());
    map.put("dropout", method.dropout());
    method.bias().ifPresent(bias -> map.put("bias", bias));
    map.put("layers", method.layers());
  }

  private static Map<String, Object> edge(Method.EdgeSpec edge) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("from", edge.from());
    map.put("to", edge.to());
    map.put("function", edge.function().label());
    map.put("rank", edge.rank());
    map.put("alpha", edge.alpha());
    edge.bias().ifPresent(bias -> map.put("bias", bias));
    map.put("dropout", edge.dropout());
    return map;
  }

  private static Map<String, Object> data(DataRecipe data) {
    Map<String, Object> map = new LinkedHashMap<>();
    List<Map<String, Object>> files = data.train().stream().map(RecipeWriter::file).toList();
    map.put("train", files.size() == 1 ? files.get(0) : files);
    if (data.validation() instanceof DataRecipe.Split split) {
      map.put("validation", Map.of("split", split.fraction()));
    } else if (data.validation() instanceof DataRecipe.HeldOut heldOut) {
      map.put("validation", file(heldOut.file()));
    } else {
      map.put("validation", "none");
    }
    data.train()
        .get(0)
        .format()
        .separator()
        .ifPresent(separator -> map.put("separator", Separators.word(separator)));
    data.columns()
        .ifPresent(
            columns -> {
              Map<String, Object> mapping = new LinkedHashMap<>();
              mapping.put("text", columns.text());
              columns.pair().ifPresent(pair -> mapping.put("pair", pair));
              mapping.put("label", columns.label());
              map.put("columns", mapping);
            });
    if (!data.renamed().isEmpty()) {
      map.put("columns", new TreeMap<>(data.renamed()));
    }
    data.instruction().ifPresent(format -> map.put("instruction", format.formatName()));
    data.maxExamples().ifPresent(count -> map.put("max_examples", count));
    data.images()
        .ifPresentOrElse(
            images -> images.write(map), () -> map.put("max_length", data.maxLength()));
    return map;
  }

  private static Map<String, Object> file(DataRecipe.DataFile file) {
    Map<String, Object> map = DataSources.write(file.source());
    file.format()
        .fileFormat()
        .ifPresent(format -> map.put("format", format.name().toLowerCase(Locale.ROOT)));
    if (!file.format().columns().isEmpty()) {
      map.put("column_names", file.format().columns());
    }
    if (file.weight() != Defaults.WEIGHT) {
      map.put("weight", file.weight());
    }
    return map;
  }

  private static Map<String, Object> task(TaskRecipe task) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", task.type());
    if (task instanceof TaskRecipe.Classification classification) {
      classification.pooling().ifPresent(pooling -> map.put("pooling", pooling.label()));
      classification.labels().ifPresent(labels -> map.put("labels", labels));
      classification.positiveLabel().ifPresent(label -> map.put("positive_label", label));
    } else if (task instanceof TaskRecipe.ImageClassification images) {
      images.labels().ifPresent(labels -> map.put("labels", labels));
    } else if (task instanceof TaskRecipe.Regression regression) {
      regression.pooling().ifPresent(pooling -> map.put("pooling", pooling.label()));
    }
    map.put("metrics", task.metrics().stream().map(Metric::label).toList());
    return map;
  }

  private static Map<String, Object> train(TrainRecipe train) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("epochs", train.epochs());
    train.maxSteps().ifPresent(steps -> map.put("max_steps", steps));
    map.put("batch_size", train.batchSize());
    map.put("micro_batch", train.microBatch().<Object>map(RecipeWriter::limit).orElse("auto"));
    map.put("learning_rate", train.learningRate());
    train.headLearningRate().ifPresent(rate -> map.put("head_learning_rate", rate));
    map.put("weight_decay", train.optimizer().weightDecay());
    map.put("betas", List.of(train.optimizer().beta1(), train.optimizer().beta2()));
    map.put("epsilon", train.optimizer().epsilon());
    map.put("schedule", train.schedule().label());
    if (train.warmup() instanceof TrainRecipe.WarmupSteps steps) {
      map.put("warmup_steps", steps.count());
    } else if (train.warmup() instanceof TrainRecipe.WarmupRatio ratio) {
      map.put("warmup_ratio", ratio.ratio());
    }
    map.put("max_grad_norm", Double.isInfinite(train.maxGradNorm()) ? "none" : train.maxGradNorm());
    map.put("seed", train.seed());
    map.put("model_dropout", train.modelDropout().label());
    map.put("eval_every", train.evalEvery().<Object>map(steps -> steps).orElse("epoch"));
    map.put("dtype", train.dtype().label());
    map.put("device", train.device().name().toLowerCase(Locale.ROOT));
    train.threads().ifPresent(threads -> map.put("threads", threads));
    map.put("store", train.store().map(StorePolicy::label).orElse(Stores.AUTO));
    train.checkpoints().write(map);
    return map;
  }

  private static Map<String, Object> limit(BatchLimit limit) {
    return limit.unit() == BatchLimit.Unit.TOKENS
        ? Map.of("tokens", limit.max())
        : Map.of("examples", limit.max());
  }

  private static Map<String, Object> memory(MemoryRecipe memory) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("budget", memory.budget().toString());
    map.put("states", memory.states().label());
    return map;
  }

  private static Map<String, Object> tracking(TrackingRecipe tracking) {
    Map<String, Object> map = new LinkedHashMap<>();
    tracking.mlflow().ifPresent(server -> map.put("mlflow", server.toString()));
    map.put("experiment", tracking.experiment());
    map.put("samples", tracking.samples());
    return map;
  }
}
