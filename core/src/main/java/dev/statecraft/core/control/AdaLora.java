package dev.statecraft.core.control;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * AdaLoRA (Zhang et al. 2023): control edges from the input to the output of linears, {@code q' = q
 * + s P (e * (Q dropout(x)))}. Steps draw the rows of Q and the columns of P towards orthonormal
 * ones, and set the least important singular values e to 0, of all linears together.
 *
 * <p>The scale is {@code alpha / (r + 1e-5)}, r the rank at the start, whatever is left of it: as
 * PEFT has it.
 *
 * @param rank r, with which every linear starts
 * @param alpha numerator of the scale
 * @param dropout probability
 * @param orthogonality weight of the penalty on P and Q that are not orthogonal
 * @param budget how many singular values are kept
 * @param targets short names of the linears
 * @param layers which layers
 * @param left ranks of linears, by the name of the module, where the budget has been met and
 *     nothing is taken away any more; a linear of rank 0 has no edge. Empty in training
 */
public record AdaLora(
    int rank,
    double alpha,
    double dropout,
    double orthogonality,
    RankBudget budget,
    List<String> targets,
    LayerSelection layers,
    Map<String, Integer> left)
    implements Tuning {
  /** Ends of the names of Q {@code [r, in]}, e {@code [r, 1]} and P {@code [out, r]}. */
  public static final String RIGHT = ".lora_A";

  /** See {@link #RIGHT}. */
  public static final String VALUES = ".lora_E";

  /** See {@link #RIGHT}. */
  public static final String LEFT = ".lora_B";

  /** PEFT's, so that a rank of 0 divides. */
  private static final double EPSILON = 1e-5;

  private static final Initializer START = Initializer.normal(0.02);

  /** Checks and copies. */
  public AdaLora {
    targets = List.copyOf(targets);
    left = Map.copyOf(left);
    if (rank < 1 || budget.target() > rank) {
      throw new UsageException(
          "target rank: expected at most "
              + rank
              + ", from which ranks fall, found "
              + budget.target());
    }
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new UsageException("alpha: expected a number above 0, found " + alpha);
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new UsageException(
          "dropout: expected a probability from 0 up to but not 1, found " + dropout);
    }
    if (!(orthogonality >= 0 && Double.isFinite(orthogonality))) {
      throw new UsageException(
          "weight of the orthogonality penalty: expected 0 or more, found " + orthogonality);
    }
  }

  /** Factor of {@code P diag(e) Q}. */
  public static double scale(double alpha, int rank) {
    return alpha / (rank + EPSILON);
  }

  @Override
  public Graph apply(Graph graph) {
    GraphEditor editor = graph.edit();
    List<RankAllocation.Update> updates = new ArrayList<>();
    for (Edge linear : ProjectionTargets.find(graph, targets, layers)) {
      String module = ProjectionTargets.module(linear);
      int own = left.getOrDefault(module, rank);
      if (own > 0) {
        updates.add(attach(editor, linear, module, own));
      }
    }
    if (!updates.isEmpty()) {
      editor.rule(
          new OrthogonalityPenalty(
              updates.stream().map(update -> update.right().name()).toList(),
              updates.stream().map(update -> update.left().name()).toList(),
              orthogonality));
    }
    if (left.isEmpty()) {
      editor.rule(new RankAllocation(updates, budget));
    }
    return new HeadTuning().apply(editor.build());
  }

  private RankAllocation.Update attach(GraphEditor editor, Edge linear, String module, int own) {
    long in = linear.inputs().get(0).shape().features();
    long out = linear.output().shape().features();
    Parameter right = Parameter.control(module + RIGHT, START, own, in);
    Parameter values = Parameter.control(module + VALUES, Initializer.ZEROS, own, 1);
    Parameter leftVectors = Parameter.control(module + LEFT, START, out, own);
    editor.control(
        linear.inputs().get(0).name(),
        ProjectionTargets.state(linear),
        new SingularControl(scale(alpha, rank), dropout),
        List.of(right, values, leftVectors));
    return new RankAllocation.Update(right, values, leftVectors);
  }
}
