package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How A and B of LoRA and DoRA start: what PEFT calls {@code init_lora_weights}. */
public enum LoraStart {
  /** A uniform in ±1/sqrt(in), B zero: the default, which PEFT calls {@code true}. */
  KAIMING,
  /** A normal with a standard deviation of 1/r, B zero. */
  GAUSSIAN,
  /** Both random, B A zero (see {@link dev.statecraft.core.graph.Factors}); r is even. */
  ORTHOGONAL,
  /** The largest singular values of the weight, which is held less that (Meng et al. 2024). */
  PISSA,
  /** The first part of the weight's QR, which is held less that (Büyükakyüz 2024). */
  OLORA;

  /** The word for it in recipes; PEFT's but for {@link #KAIMING}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Finds a start by its word.
   *
   * @throws UsageException if there is none
   */
  public static LoraStart of(String label) {
    return Arrays.stream(values())
        .filter(start -> start.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "init: expected one of "
                        + Arrays.stream(values()).map(LoraStart::label).toList()
                        + ", found '"
                        + label
                        + "'"));
  }

  /** Whether the weight that is tuned is held less what A and B start at. */
  public boolean takesFromWeight() {
    return this == PISSA || this == OLORA;
  }

  /**
   * Parameters that start so.
   *
   * @param theta those of {@link LowRank}: A {@code [r, in]}, B {@code [out, r]}
   * @param scale s, the factor of B A
   * @param weight the weight {@code [out, in]} of the linear
   * @throws UsageException if the rank or the scale is none for this start
   */
  List<Parameter> of(List<Parameter> theta, double scale, Parameter weight) {
    long rank = theta.get(0).size(0);
    check(rank, scale, weight);
    List<Parameter> started = new ArrayList<>(theta);
    switch (this) {
      case KAIMING -> {}
      case GAUSSIAN -> started.set(0, theta.get(0).withInit(Initializer.normal(1 / (double) rank)));
      case ORTHOGONAL -> both(started, Initializer.Kind.ORTHOGONAL, scale, weight);
      case PISSA -> both(started, Initializer.Kind.PRINCIPAL, scale, weight);
      case OLORA -> both(started, Initializer.Kind.TRIANGULAR, scale, weight);
    }
    return started;
  }

  private static void both(
      List<Parameter> theta, Initializer.Kind kind, double scale, Parameter weight) {
    Initializer pair = Initializer.paired(kind, weight.name(), scale);
    theta.replaceAll(parameter -> parameter.withInit(pair));
  }

  private void check(long rank, double scale, Parameter weight) {
    if (this == ORTHOGONAL && rank % 2 != 0) {
      throw new UsageException("rank: expected an even number for init orthogonal, found " + rank);
    }
    long most = Math.min(weight.size(0), weight.size(1));
    if (takesFromWeight() && rank > most) {
      throw new UsageException(
          "rank: expected at most "
              + most
              + ", the shorter side of "
              + weight
              + ", for init "
              + label()
              + ", found "
              + rank);
    }
    if (this == PISSA && !(scale > 0)) {
      throw new UsageException(
          "alpha: expected a number above 0 for init pissa, which takes the root of it, found a"
              + " scale of "
              + scale);
    }
  }
}
