package dev.statecraft.studio.engine;

import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.hub.HubId;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.CheckpointRecipe;
import dev.statecraft.studio.recipe.ModelDefaults;
import dev.statecraft.studio.recipe.ModelDropoutUse;
import dev.statecraft.studio.recipe.Numbers;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TrainRecipe;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.Checkpoint;
import dev.statecraft.training.Checkpointing;
import dev.statecraft.training.Checkpoints;
import dev.statecraft.training.Evaluation;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.NumericFaultException;
import dev.statecraft.training.Progress;
import dev.statecraft.training.RunEvent;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.StepLayout;
import dev.statecraft.training.TrainOutcome;
import dev.statecraft.training.Trainer;
import dev.statecraft.training.TrainingOptions;
import dev.statecraft.training.task.ExampleSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;

/** One training run: from recipe and model to the saved adapter. */
record TrainingRun(
    Recipe recipe,
    RunDirectory directory,
    RunListener listener,
    PretrainedModel model,
    Inputs inputs,
    Torch torch) {
  /** Names listed in a note. */
  private static final int SHOWN = 8;

  /**
   * Trains.
   *
   * @param from where to go on, if the run had begun
   */
  TrainOutcome run(Optional<Checkpoint> from) throws IOException {
    Torch.environmentWarnings().forEach(listener::tell);
    Preparation prepared =
        Preparation.of(
            recipe,
            model,
            inputs,
            listener::tell,
            from.isPresent() ? Preparation.Purpose.RESUMING : Preparation.Purpose.TRAINING);
    listener.on(new RunEvent.DataRead(prepared.accounts()));
    directory.writeRecipe(prepared.recipe());
    ModelDropout dropout = dropout(prepared.family());
    ExampleSet training = prepared.training().orElseThrow();
    TrainRecipe train = recipe.train();
    long perEpoch = Trainer.stepsOfEpoch(training.size(), train.batchSize());
    long total = train.totalSteps(perEpoch);
    ModelDefaults defaults = Models.defaults(prepared.family(), inputs.functions()).inRunOf(total);
    Graph graph =
        recipe.method().tuning(defaults).apply(dropout.applyTo(prepared.family().graph()));
    noteUnused(graph);
    RankCheck.note(graph).ifPresent(listener::tell);
    recipe.method().note(defaults).ifPresent(listener::tell);
    Checkpointing checkpointing =
        train
            .checkpoints()
            .checkpointing(recipe.task().metrics().get(0), prepared.validation().isPresent());
    from.ifPresent(checkpoint -> checkSameData(checkpoint, training));
    MemoryPlan memoryPlan =
        from.isPresent()
            ? MemoryPlan.resumed(recipe, from.get().layout(), torch)
            : MemoryPlan.of(recipe, graph, training, torch, listener::tell);
    StepLayout layout = StepLayout.of(memoryPlan.microBatch(), memoryPlan.store(), training);
    Checkpoints checkpoints = directory.checkpoints(train.checkpoints().keep());
    try (Weights weights =
            Weights.load(
                torch,
                graph,
                train.dtype(),
                recipe.quantize(),
                prepared.weights(model, graph),
                train.seed());
        Interrupts interrupts = Interrupts.watch()) {
      memoryPlan.budget().ifPresent(torch::limit);
      listener.on(
          new RunEvent.Started(
              graph.trainableParameters().stream().mapToLong(Parameter::elements).sum(), total));
      noteChoices(dropout);
      RunExhibits exhibits = new RunExhibits(prepared, model, graph, listener);
      exhibits.graph(memoryPlan.store(), recipe.memory().states());
      Trainer trainer =
          new Trainer(
              graph,
              weights,
              training,
              prepared.validation(),
              new TrainingOptions(
                  train.schedule(total),
                  train.optimizer(),
                  train.batchSize(),
                  memoryPlan.microBatch(),
                  train.maxGradNorm(),
                  train.seed(),
                  train.evalEvery().map(Integer::longValue).orElse(perEpoch),
                  memoryPlan.store(),
                  recipe.memory().states(),
                  checkpointing,
                  train.headFactor()),
              () -> interrupts.requested() || listener.isCancelled());
      try {
        trainer.run(
            with(exhibits),
            from,
            (progress, values, optimizer) -> {
              try {
                checkpoints.save(
                    progress,
                    layout,
                    values,
                    optimizer,
                    best(checkpointing, progress),
                    folder -> save(folder.resolve("adapter"), defaults, prepared, values));
              } catch (IOException e) {
                throw cannotSave(e);
              }
            });
      } catch (NumericFaultException | OutOfMemoryException | CancellationException e) {
        // In each case the parameters are those of the last good step.
        saveAdapter(defaults, prepared, weights);
        listener.on(new RunEvent.Stopped(outcome(trainer, weights, memoryPlan, dropout)));
        if (e instanceof CancellationException) {
          listener.tell("go on with: statecraft train --resume " + directory.folder());
        }
        throw e;
      }
      if (train.checkpoints().select() == CheckpointRecipe.Select.BEST) {
        select(
            best(checkpointing, trainer.progress()).orElseThrow(), checkpoints, trainer, weights);
      }
      saveAdapter(defaults, prepared, weights);
      exhibits.samples(weights);
      return outcome(trainer, weights, memoryPlan, dropout);
    }
  }

  /** What there is now, if no step was taken yet. */
  private TrainOutcome outcome(
      Trainer trainer, Weights weights, MemoryPlan plan, ModelDropout dropout) {
    return new TrainOutcome(
        trainer.seconds(),
        plan.store().describe(),
        trainer.memory().orElseGet(() -> MemoryUse.atPeak(weights)),
        trainer.predicted(),
        torch.threads(),
        dropout.describe());
  }

  private ModelDropout dropout(TaskModel family) {
    return recipe.train().modelDropout() == ModelDropoutUse.CONFIG
        ? family.dropout()
        : ModelDropout.NONE;
  }

  private void noteChoices(ModelDropout dropout) {
    if (dropout.isAny()) {
      listener.tell(
          "the model's dropout: " + dropout.describe() + " (train.model_dropout: config)");
    }
    TrainRecipe train = recipe.train();
    train
        .headLearningRate()
        .filter(rate -> rate != train.learningRate())
        .ifPresent(
            rate ->
                listener.tell(
                    "learning rate "
                        + Numbers.shown(train.learningRate())
                        + ", of the head "
                        + Numbers.shown(rate)));
  }

  private void noteUnused(Graph graph) {
    model.notes().forEach(listener::tell);
    List<String> unused = model.report(graph).unexpected();
    if (!unused.isEmpty()) {
      String shown = String.join(", ", unused.subList(0, Math.min(SHOWN, unused.size())));
      listener.tell(
          "the checkpoint has "
              + unused.size()
              + " tensors that this model does not use: "
              + shown
              + (unused.size() > SHOWN ? ", ..." : ""));
    }
  }

  private static OptionalLong best(Checkpointing checkpointing, Progress progress) {
    return checkpointing.criterion().stream()
        .flatMap(criterion -> criterion.best(progress.evaluations()).stream())
        .mapToLong(Evaluation::step)
        .findFirst();
  }

  private void checkSameData(Checkpoint checkpoint, ExampleSet training) {
    if (!checkpoint.layout().matches(training)) {
      throw new InvalidInputException(
          checkpoint.folder()
              + ": expected the training data that the run began with, "
              + checkpoint.layout().examples()
              + " examples, found "
              + training.size()
              + (checkpoint.layout().examples() == training.size() ? " others" : ""));
    }
  }

  /** Goes back to the parameters of the best evaluation. */
  private void select(long best, Checkpoints checkpoints, Trainer trainer, Weights weights)
      throws IOException {
    if (best != trainer.progress().step()) {
      checkpoints.of(best).restoreValues(weights);
    }
    listener.tell(
        "the adapter is that after step "
            + best
            + ", the best by "
            + recipe.task().metrics().get(0).label());
  }

  private UncheckedIOException cannotSave(IOException e) {
    String reason =
        e instanceof FileSystemException file && file.getReason() != null
            ? file.getReason()
            : e.getMessage();
    return new UncheckedIOException(
        directory.folder()
            + ": cannot save a checkpoint: "
            + reason
            + "; earlier ones are whole, go on with --resume",
        e);
  }

  private void saveAdapter(ModelDefaults defaults, Preparation prepared, Weights weights)
      throws IOException {
    save(directory.adapter(), defaults, prepared, weights);
    listener.tell("adapter saved in " + directory.adapter());
  }

  private void save(Path folder, ModelDefaults defaults, Preparation prepared, Weights weights)
      throws IOException {
    AdapterDescription description =
        AdapterDescription.of(
                recipe.method().name(),
                HubId.model(recipe.model()).map(HubId::name).orElse(recipe.model()),
                recipe.method().tunings(defaults))
            .withMetadata(TrainedHead.of(prepared.recipe(), prepared.family()).metadata());
    AdapterFolder.save(folder, description, prepared.family(), weights);
  }

  /** Passes on what the trainer tells, evaluations with the recipe's metrics alone. */
  private RunListener with(RunExhibits exhibits) {
    List<String> metrics = recipe.task().metricNames();
    return event -> {
      exhibits.on(event);
      listener.on(event.choosing(metrics));
    };
  }
}
