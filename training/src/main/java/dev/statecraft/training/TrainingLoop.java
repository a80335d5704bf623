package dev.statecraft.training;

import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.task.Score;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The steps and evaluations of one run, from its beginning or from a checkpoint. */
final class TrainingLoop {
  /** Saves the run as far as it is. */
  interface Saving {
    void save() throws IOException;
  }

  private final StepRunner steps;
  private final Pace pace;
  private final AtomicReference<Progress> progress;
  private final Optional<Supplier<Score>> evaluation;
  private final Saving saving;
  private final BooleanSupplier cancelled;
  private final LossWatch losses = new LossWatch();

  /** The step at which the last checkpoint was made; -1 before the first. */
  private long saved = -1;

  /** Whether the thread was interrupted; the run ends before its next step. */
  private boolean interrupted;

  /**
   * A loop that has not begun.
   *
   * @param progress where the run is, kept true as it goes
   * @param evaluation scores the model; empty if there is nothing to score it on
   */
  TrainingLoop(
      StepRunner steps,
      Pace pace,
      AtomicReference<Progress> progress,
      Optional<Supplier<Score>> evaluation,
      Saving saving,
      BooleanSupplier cancelled) {
    this.steps = steps;
    this.pace = pace;
    this.progress = progress;
    this.evaluation = evaluation;
    this.saving = saving;
    this.cancelled = cancelled;
  }

  void run(boolean resumed) throws IOException {
    if (resumed) {
      saved = step();
    } else {
      evaluate();
    }
    long total = pace.totalSteps();
    while (step() < total && !endsEarly()) {
      stopIfCancelled();
      takeStep();
      if (step() % pace.evalEvery() == 0 || step() == total) {
        evaluate();
      }
      if (pace.checkpointing().isDue(step()) && step() < total) {
        save();
      }
    }
  }

  private long step() {
    return progress.get().step();
  }

  private boolean endsEarly() {
    Checkpointing checkpointing = pace.checkpointing();
    if (!checkpointing.endsAfter(progress.get())) {
      return false;
    }
    steps
        .listener()
        .tell(
            "ends early after step "
                + step()
                + ": no better "
                + checkpointing.criterion().orElseThrow().metric()
                + " in the last "
                + checkpointing.earlyStopping().orElseThrow().patience()
                + " evaluations");
    return true;
  }

  /** Takes the thread's interrupt to itself: a thread that still had it could write no file. */
  private boolean isInterrupted() {
    interrupted |= Thread.interrupted();
    return interrupted;
  }

  private void stopIfCancelled() throws IOException {
    if (isInterrupted() || cancelled.getAsBoolean()) {
      save();
      throw new CancellationException("cancelled after step " + step());
    }
  }

  private void takeStep() throws IOException {
    List<StepData> made;
    try {
      made = steps.next();
    } catch (CancellationException e) {
      stopIfCancelled(); // Interrupted while it waited.
      throw e;
    }
    StepRunner.Taken taken;
    try {
      taken = steps.take(step(), made);
    } catch (OutOfMemoryException e) {
      progress.updateAndGet(before -> before.withHalvings(steps.halvings()));
      save();
      throw e;
    }
    progress.updateAndGet(before -> after(before, taken));
    interrupted |= Thread.interrupted();
    losses
        .spike(taken.metrics().loss())
        .ifPresent(median -> steps.listener().tell(spike(taken, median)));
    steps.listener().on(new RunEvent.Stepped(taken.metrics()));
    if (!taken.losses().containsKey("")) {
      steps.listener().on(new RunEvent.TasksStepped(step(), taken.losses()));
    }
  }

  private Progress after(Progress before, StepRunner.Taken taken) {
    Progress after = before.withHalvings(steps.halvings()).afterStep(taken.seconds());
    long most = before.peak().map(MemoryUse::peakBytes).orElse(0L);
    return taken.metrics().peakBytes() > most
        ? after.withPeak(MemoryUse.atPeak(steps.weights()), steps.numbered(taken.data()))
        : after;
  }

  private String spike(StepRunner.Taken taken, double median) {
    return String.format(
        Locale.ROOT,
        "step %d: loss %.4g stands out of the last steps, whose median is %.4g (%s)",
        taken.metrics().step(),
        taken.metrics().loss(),
        median,
        steps.names(taken.data()));
  }

  private void evaluate() throws IOException {
    if (evaluation.isEmpty()) {
      return;
    }
    Score score = evaluation.get().get();
    Evaluation made = new Evaluation(step(), step() / (double) steps.perEpoch(), score.metrics());
    progress.updateAndGet(before -> before.with(made));
    interrupted |= Thread.interrupted();
    steps.listener().on(new RunEvent.Scored(score));
    steps.listener().on(new RunEvent.Evaluated(made));
    if (pace.checkpointing().isBest(made, progress.get())) {
      save();
    }
  }

  private void save() throws IOException {
    if (saved != step()) {
      saving.save();
      saved = step();
    }
  }
}
