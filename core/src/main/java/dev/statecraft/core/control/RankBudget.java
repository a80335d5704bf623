package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;

/**
 * How many singular values all linears keep together, step by step (Zhang et al. 2023, equation
 * 12): all of them at first, then fewer along a cubic, then the target, which does not change any
 * more. What is not kept is set to 0 after the step, and may come back as long as the budget falls.
 *
 * @param target mean number of a linear at the end
 * @param warmup steps before any is taken away
 * @param settled steps at the end in which those that are kept stay the same
 * @param interval every how many steps it is decided anew which are kept
 * @param steps of the whole run
 * @param sensitivityDecay beta 1: how much of the mean sensitivity a step leaves
 * @param uncertaintyDecay beta 2: how much of its mean uncertainty
 */
public record RankBudget(
    int target,
    long warmup,
    long settled,
    long interval,
    long steps,
    double sensitivityDecay,
    double uncertaintyDecay) {
  /**
   * Checks.
   *
   * @throws UsageException if there is no step in which the budget could fall, or a number is out
   *     of its range
   */
  public RankBudget {
    if (target < 1) {
      throw new UsageException("target rank: expected 1 or more, found " + target);
    }
    if (warmup < 0 || settled < 0 || interval < 1 || warmup >= steps - settled) {
      throw new UsageException(
          "rank budget: expected warmup, fall and settled steps, at intervals of 1 or more, within "
              + steps
              + " steps, found a warmup of "
              + warmup
              + ", "
              + settled
              + " settled steps and intervals of "
              + interval);
    }
    checkDecay("sensitivity", sensitivityDecay);
    checkDecay("uncertainty", uncertaintyDecay);
  }

  private static void checkDecay(String name, double decay) {
    if (!(decay > 0 && decay < 1)) {
      throw new UsageException(
          "decay of the mean " + name + ": expected a number between 0 and 1, found " + decay);
    }
  }

  /** Whether gradients of a step (counted from 0) still say what is important. */
  boolean isLearned(long step) {
    return step < steps - settled;
  }

  /** Whether it is decided after a step which values are kept. */
  boolean isAllocated(long step) {
    return step > warmup && (isLearned(step) ? step % interval == 0 : step == steps - settled);
  }

  /** Whether those that are kept after a step are those of the step before. */
  boolean isSettled(long step) {
    return step > steps - settled;
  }

  /**
   * How many are kept after a step.
   *
   * @param initial singular values of all linears
   * @param linears how many these are
   */
  long at(long step, long initial, long linears) {
    if (step <= warmup) {
      return initial;
    }
    long end = target * linears;
    if (isSettled(step)) {
      return end;
    }
    double left = 1 - (double) (step - warmup) / (steps - settled - warmup);
    return (long) ((initial - end) * Math.pow(left, 3) + end);
  }
}
