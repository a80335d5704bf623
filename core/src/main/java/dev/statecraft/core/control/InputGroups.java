package dev.statecraft.core.control;

import dev.statecraft.tensor.Tensor;

/**
 * The inputs of a linear cut into groups of neighbours, of which the last may be shorter: those
 * that share a zero point where the linear is held in {@link
 * dev.statecraft.tensor.quant.Int4Groups}.
 *
 * @param inputs how many there are
 * @param size of a group
 */
public record InputGroups(long inputs, int size) {
  /** How many groups. */
  public long count() {
    return (inputs + size - 1) / size;
  }

  private long whole() {
    return inputs / size;
  }

  private long rest() {
    return inputs % size;
  }

  /** The mean of each group: {@code [n, groups]} of {@code [n, inputs]}. */
  Tensor means(Tensor x) {
    long rows = x.size(0);
    if (rest() == 0) {
      return x.reshape(rows, count(), size).meanKeep(2).view(rows, count());
    }
    Tensor means = x.torch().empty(x.dtype(), rows, count());
    if (whole() > 0) {
      Tensor full = x.narrow(1, 0, whole() * size).reshape(rows, whole(), size);
      means.narrow(1, 0, whole()).copyFrom(full.meanKeep(2).view(rows, whole()));
    }
    means.narrow(1, whole(), 1).copyFrom(x.narrow(1, whole() * size, rest()).meanKeep(1));
    return means;
  }

  /** Each column over its group's size: {@code [r, groups]}. */
  public Tensor shares(Tensor a) {
    Tensor shares = a.mul(1.0 / size);
    if (rest() > 0) {
      shares.narrow(1, whole(), 1).copyFrom(a.narrow(1, whole(), 1).mul(1.0 / rest()));
    }
    return shares;
  }

  /** {@code A'} with {@code A' x = A means(x)}: {@code [r, inputs]} of {@code [r, groups]}. */
  public Tensor spread(Tensor a) {
    long rows = a.size(0);
    Tensor wide = shares(a).unsqueeze(2).expand(rows, count(), size);
    return wide.reshape(rows, count() * size).narrow(1, 0, inputs);
  }
}
