package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.StepRule;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What representation fine-tuning adds to a state, at some of its rows: LoReFT's {@code g(x) =
 * scale R' (W x + b - R x)} with orthonormal rows of R, or DiReFT's {@code g(x) = scale B (A x +
 * a)}. Source: Wu et al. 2024, "ReFT: Representation Finetuning for Language Models", equations 2
 * and 3.
 *
 * @param variant which of them
 * @param rank r: rows of R, W and A
 * @param scale factor of the whole; 1 in the paper
 * @param positions which rows of a sequence
 */
public record Reft(Variant variant, int rank, double scale, Positions positions)
    implements ControlFunction {
  /** Which of the paper's two interventions. */
  public enum Variant {
    LOREFT("loreft"),
    DIREFT("direft");

    private final String label;

    Variant(String label) {
      this.label = label;
    }

    /** Its name in recipes and files. */
    public String label() {
      return label;
    }

    /**
     * The one of a name.
     *
     * @throws UsageException if there is none
     */
    public static Variant of(String label) {
      for (Variant variant : values()) {
        if (variant.label.equals(label)) {
          return variant;
        }
      }
      throw new UsageException("variant: expected loreft or direft, found '" + label + "'");
    }
  }

  public Reft {
    if (rank < 1) {
      throw new UsageException("rank: expected 1 or more, found " + rank);
    }
    if (!Double.isFinite(scale)) {
      throw new UsageException("alpha: expected a finite number, found " + scale);
    }
  }

  @Override
  public Op op() {
    return op(new EdgePlace("", false));
  }

  @Override
  public Op op(EdgePlace place) {
    return new ReftControl(
        variant == Variant.LOREFT, scale, positions, place.name() + ".positions");
  }

  @Override
  public List<StepRule> rules(List<Parameter> theta) {
    return variant == Variant.LOREFT
        ? List.of(new KeepOrthonormal(theta.get(ReftControl.OUT).name()))
        : List.of();
  }

  @Override
  public List<Parameter> parameters(UnaryOperator<String> name, long in, long out) {
    if (variant == Variant.DIREFT) {
      return List.of(
          Parameter.control(name.apply("A.weight"), Initializer.KAIMING, rank, in),
          Parameter.control(name.apply("B.weight"), Initializer.ZEROS, out, rank),
          Parameter.control(name.apply("A.bias"), Initializer.ZEROS, rank));
    }
    if (rank > in) {
      throw new UsageException(
          "rank: expected at most "
              + in
              + ", as many orthonormal rows as the state has features, found "
              + rank);
    }
    // W starts as R is, so that g is zero.
    return List.of(
        Parameter.control(name.apply("W.weight"), Initializer.copyOf(name.apply("R")), rank, in),
        Parameter.control(name.apply("R"), Initializer.ORTHONORMAL, rank, out),
        Parameter.control(name.apply("W.bias"), Initializer.ZEROS, rank));
  }
}
