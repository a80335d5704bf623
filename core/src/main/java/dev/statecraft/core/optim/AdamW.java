package dev.statecraft.core.optim;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.kernel.Kernels;
import dev.statecraft.tensor.memory.MemoryCategory;
import java.util.ArrayList;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), as torch.optim.AdamW:
 * the decay comes first, with the learning rate, on every trained parameter; moments are
 * bias-corrected. The task's head may have a learning rate of its own, a multiple of the others'.
 * It holds what the graph's {@linkplain StepRules rules} remember, too.
 */
public final class AdamW implements AutoCloseable {
  /**
   * Constants of the method.
   *
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon added to the root of the second moment
   * @param weightDecay decoupled decay, multiplied by the learning rate
   */
  public record Options(double beta1, double beta2, double epsilon, double weightDecay) {
    /** PyTorch's defaults, with the given decay. */
    public static Options withDecay(double weightDecay) {
      return new Options(0.9, 0.999, 1e-8, weightDecay);
    }

    public Options {
      if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
        throw new UsageException(
            "betas: expected two numbers from 0 up to but not 1, found " + beta1 + ", " + beta2);
      }
      if (!(epsilon > 0)) {
        throw new UsageException("epsilon: expected above 0, found " + epsilon);
      }
      if (!(weightDecay >= 0)) {
        throw new UsageException("weight_decay: expected 0 or more, found " + weightDecay);
      }
    }
  }

  private final Options options;
  private final Tensor values;
  private final Tensor gradients;
  private final Tensor firstMoment;
  private final Tensor secondMoment;
  private final StepRules rules;
  private final List<Group> groups;
  private long step;

  /** Neighbours in the flat vector of trained values that have one learning rate. */
  private record Group(long begin, long count, double factor) {}

  /** One learning rate for all that is trained. */
  public AdamW(Weights weights, Options options) {
    this(weights, options, 1);
  }

  /**
   * A learning rate of its own for the task's head.
   *
   * @param headFactor by which the learning rate of parameters of the role {@link
   *     Parameter.Role#HEAD} is multiplied
   */
  public AdamW(Weights weights, Options options, double headFactor) {
    this.options = options;
    groups = groups(weights, headFactor);
    values = weights.flatValues();
    gradients = weights.flatGradients();
    Torch torch = weights.torch();
    try (Scope scope = torch.scope()) {
      // None is left behind if there is no memory for the others.
      Tensor first = torch.zeros(values.dtype(), values.elements());
      Tensor second = torch.zeros(values.dtype(), values.elements());
      rules = new StepRules(weights);
      firstMoment = first.claim(MemoryCategory.MOMENTS).escape();
      secondMoment = second.claim(MemoryCategory.MOMENTS).escape();
    }
  }

  private static List<Group> groups(Weights weights, double headFactor) {
    List<Group> groups = new ArrayList<>();
    long begin = 0;
    for (Parameter parameter : weights.trained()) {
      double factor = parameter.role() == Parameter.Role.HEAD ? headFactor : 1;
      Group last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
      if (last != null && last.factor() == factor) {
        groups.set(
            groups.size() - 1,
            new Group(last.begin(), last.count() + parameter.elements(), factor));
      } else {
        groups.add(new Group(begin, parameter.elements(), factor));
      }
      begin += parameter.elements();
    }
    return groups;
  }

  /** Steps taken so far. */
  public long step() {
    return step;
  }

  /** The first moment (mean of gradients), flat; part of a training checkpoint. */
  public Tensor firstMoment() {
    return firstMoment;
  }

  /** The second moment (mean of squared gradients), flat; part of a training checkpoint. */
  public Tensor secondMoment() {
    return secondMoment;
  }

  /** The rules of the graph, which remember from step to step as the moments do. */
  public StepRules rules() {
    return rules;
  }

  /** Goes on from a checkpoint whose moments have been copied in. */
  public void resumeAt(long steps) {
    step = steps;
  }

  /** Changes the trained values by their gradients, in place and in one pass. */
  public void step(double learningRate) {
    step++;
    for (Group group : groups) {
      try (Tensor value = values.narrow(0, group.begin(), group.count());
          Tensor gradient = gradients.narrow(0, group.begin(), group.count());
          Tensor first = firstMoment.narrow(0, group.begin(), group.count());
          Tensor second = secondMoment.narrow(0, group.begin(), group.count())) {
        Kernels.adamW(
            value,
            gradient,
            first,
            second,
            step,
            new Kernels.AdamWConstants(
                learningRate * group.factor(),
                options.beta1(),
                options.beta2(),
                options.weightDecay(),
                options.epsilon()));
      }
    }
  }

  @Override
  public void close() {
    firstMoment.close();
    secondMoment.close();
    rules.close();
  }
}
