package dev.statecraft.studio.engine;

import dev.statecraft.adapters.StagedAdapter;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.JointGraphs;
import dev.statecraft.core.optim.Schedule;
import dev.statecraft.core.run.JointSource;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.DataAccount;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.TrainRecipe;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.JointOptions;
import dev.statecraft.training.JointTask;
import dev.statecraft.training.JointTrainer;
import dev.statecraft.training.MemoryUse;
import dev.statecraft.training.NumericFaultException;
import dev.statecraft.training.RunEvent;
import dev.statecraft.training.RunListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;

/**
 * More steps of one set of control edges on the data of several tasks: the model is held once, the
 * edges once, and a head for each task. Every task counts alike, see {@link JointTrainer}.
 */
record MixtureTraining(
    MixtureRequest request,
    RunListener listener,
    PretrainedModel model,
    Inputs inputs,
    Torch torch) {
  /** What the first recipe says for all. */
  private static final List<String> COMMON =
      List.of(
          "quantize",
          "train.dtype",
          "train.device",
          "train.learning_rate",
          "train.head_learning_rate",
          "train.schedule",
          "train.warmup_steps",
          "train.warmup_ratio",
          "train.betas",
          "train.epsilon",
          "train.weight_decay",
          "train.max_grad_norm",
          "train.threads",
          "train.seed");

  /** Trains, and saves the adapters. */
  MixtureOutcome run() throws IOException {
    Torch.environmentWarnings().forEach(listener::tell);
    model.notes().forEach(listener::tell);
    List<MixedTask> tasks = new ArrayList<>();
    try {
      Map<String, DataAccount> accounts = new LinkedHashMap<>();
      for (MixtureTask given : request.tasks()) {
        MixedTask task = MixedTask.open(given, model, inputs, listener::tell);
        tasks.add(task);
        task.prepared()
            .accounts()
            .forEach((part, account) -> accounts.put(task.name() + " " + part, account));
        noteOthers(task);
      }
      listener.on(new RunEvent.DataRead(accounts));
      SharedEdges.require(tasks, torch);
      return run(tasks);
    } finally {
      tasks.forEach(MixedTask::close);
    }
  }

  private MixtureOutcome run(List<MixedTask> tasks) throws IOException {
    Map<String, Graph> own = new LinkedHashMap<>();
    JointSource source = new JointSource();
    for (MixedTask task : tasks) {
      own.put(task.name(), task.own());
      source.with(task.name(), task.own(), task.tuned().source());
    }
    JointGraphs joint = JointGraphs.of(own);
    Recipe first = request.first();
    OptionalLong limit = OptionalLong.empty();
    List<JointTask> steps = new ArrayList<>();
    for (MixedTask task : tasks) {
      Graph graph = joint.graph(task.name());
      MemoryPlan plan =
          MemoryPlan.of(
              task.recipe(),
              first,
              graph,
              task.training(),
              torch,
              note -> listener.tell(task.name() + ": " + note));
      if (plan.budget().isPresent()) {
        limit = OptionalLong.of(Math.min(plan.budget().getAsLong(), limit.orElse(Long.MAX_VALUE)));
      }
      steps.add(
          new JointTask(
              task.name(),
              graph,
              task.training(),
              task.recipe().train().batchSize(),
              plan.microBatch(),
              plan.store(),
              task.recipe().memory().states(),
              1.0 / tasks.size()));
    }
    try (Weights weights =
            Weights.load(
                torch,
                steps.get(0).graph(),
                first.train().dtype(),
                first.quantize(),
                source,
                first.train().seed());
        Interrupts interrupts = Interrupts.watch()) {
      // All is read; where a file is open, not every system lets another take its place.
      tasks.forEach(MixedTask::close);
      limit.ifPresent(torch::limit);
      return run(tasks, steps, weights, interrupts);
    }
  }

  private MixtureOutcome run(
      List<MixedTask> tasks, List<JointTask> steps, Weights weights, Interrupts interrupts)
      throws IOException {
    listener.on(new RunEvent.Started(weights.trainableCount(), request.steps()));
    List<Map<String, Double>> before = scores(tasks, steps, weights);
    TaskLosses losses = new TaskLosses();
    JointTrainer trainer =
        new JointTrainer(
            steps, weights, options(), () -> interrupts.requested() || listener.isCancelled());
    try {
      trainer.run(
          event -> {
            losses.on(event);
            listener.on(event);
          });
    } catch (NumericFaultException | OutOfMemoryException | CancellationException e) {
      // The parameters are those of the last good step.
      saveAfter(e, trainer.progress().step(), tasks, weights);
      throw e;
    }
    Uninterrupted.save(() -> save(tasks, weights));
    if (Thread.currentThread().isInterrupted()) { // After the last step, or while it was saved.
      throw new CancellationException("cancelled after step " + trainer.progress().step());
    }
    List<Map<String, Double>> after = scores(tasks, steps, weights);
    List<MixtureOutcome.Learned> learned = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      MixedTask task = tasks.get(i);
      learned.add(
          new MixtureOutcome.Learned(
              task.name(),
              task.training().size(),
              losses.first(task.name()),
              losses.last(task.name()),
              before.get(i),
              after.get(i)));
    }
    return new MixtureOutcome(
        learned,
        trainer.progress().step(),
        trainer.progress().seconds(),
        trainer.memory().orElseGet(() -> MemoryUse.atPeak(weights)),
        trainer.predicted(),
        torch.threads());
  }

  private static List<Map<String, Double>> scores(
      List<MixedTask> tasks, List<JointTask> steps, Weights weights) {
    List<Map<String, Double>> scores = new ArrayList<>();
    for (int i = 0; i < tasks.size(); i++) {
      scores.add(tasks.get(i).scores(steps.get(i).graph(), weights));
    }
    return scores;
  }

  /**
   * Saves what was learned before the run ended early. Why it did is thrown even if that fails, but
   * for a cancellation, which says that all is saved.
   */
  private void saveAfter(
      RuntimeException ending, long steps, List<MixedTask> tasks, Weights weights)
      throws IOException {
    if (steps == 0) {
      return;
    }
    try {
      Uninterrupted.save(() -> save(tasks, weights));
    } catch (IOException | RuntimeException e) {
      if (ending instanceof CancellationException) {
        e.addSuppressed(ending);
        throw e;
      }
      ending.addSuppressed(e);
    }
  }

  /**
   * Puts the adapters in their places once all are written, so that they stay of one kind. Where
   * that is, who asked for it knows, and whether it is where they are to stay.
   */
  private void save(List<MixedTask> tasks, Weights weights) throws IOException {
    List<StagedAdapter> written = new ArrayList<>();
    try {
      for (MixedTask task : tasks) {
        written.add(task.staged(weights));
      }
      for (StagedAdapter adapter : written) {
        adapter.place();
      }
    } finally {
      for (StagedAdapter adapter : written) {
        adapter.close();
      }
    }
  }

  private JointOptions options() {
    TrainRecipe train = request.first().train();
    long warmup = Math.min(train.warmup().steps(request.steps()), request.steps());
    double rate = request.learningRate().orElse(train.learningRate());
    return new JointOptions(
        new Schedule(train.schedule(), rate, warmup, request.steps()),
        train.optimizer(),
        train.maxGradNorm(),
        request.seed().orElse(train.seed()),
        train.headFactor());
  }

  /** Tells what a task's recipe says and the mixture does not do. */
  private void noteOthers(MixedTask task) {
    Map<String, String> first = request.first().options();
    Map<String, String> own = task.recipe().options();
    List<String> others =
        COMMON.stream()
            .filter(key -> !Objects.equals(first.get(key), own.get(key)))
            .filter(key -> !isOfRequest(key))
            .toList();
    if (!others.isEmpty()) {
      listener.tell(
          task.name()
              + ": "
              + String.join(", ", others)
              + (others.size() == 1 ? " is that of " : " are those of ")
              + request.tasks().get(0).name());
    }
  }

  private boolean isOfRequest(String key) {
    return switch (key) {
      case "train.learning_rate" -> request.learningRate().isPresent();
      case "train.seed" -> request.seed().isPresent();
      default -> false;
    };
  }
}
