package dev.statecraft.studio.advise;

import dev.statecraft.control.theory.Matrix;
import dev.statecraft.control.theory.RelativeGainArray;
import dev.statecraft.core.control.advise.OutputEffects;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up over examples what edges do to outputs.
 *
 * <p>The first outputs of every example are those of the labels, whose Gramians are averaged: their
 * smallest eigenvalue says how much an edge moves the direction of the labels' subspace that it
 * moves least. The trace is that over the labels, or where other outputs are drawn by chance after
 * them, over those. Gains are signed, and of other examples other rows of one gain matrix G {@code
 * [outputs, edges]}, each edge taken in the size of its first step. Column sums of the relative
 * gain array {@code G * pinv(G)'} are then what of a step the larger ones of the others do not do.
 * The array is taken of as many rows at a time as are at most half as many as there are edges,
 * since with as many every column sum is 1, and its column sums are averaged.
 */
public final class OutputScores {
  private final int edges;
  private final int labels;
  private final double[][][] gramians;
  private final double[] traces;
  private final List<double[]> pending = new ArrayList<>();
  private final double[] columnSums;
  private int arrays;
  private int examples;

  /**
   * Nothing seen yet.
   *
   * @param labels outputs that are those of labels
   */
  public OutputScores(int edges, int labels) {
    this.edges = edges;
    this.labels = labels;
    gramians = new double[edges][labels][labels];
    traces = new double[edges];
    columnSums = new double[edges];
  }

  /** Adds an example: what was seen of each edge. */
  public void add(List<OutputEffects> seen) {
    examples++;
    int outputs = seen.get(0).outputs();
    int first = outputs > labels ? labels : 0;
    for (int e = 0; e < edges; e++) {
      OutputEffects effects = seen.get(e);
      for (int i = 0; i < labels; i++) {
        for (int j = 0; j < labels; j++) {
          gramians[e][i][j] += effects.gramian(i, j);
        }
      }
      for (int i = first; i < outputs; i++) {
        traces[e] += effects.gramian(i, i) / (outputs - first);
      }
    }
    for (int i = 0; i < outputs; i++) {
      double[] row = new double[edges];
      for (int e = 0; e < edges; e++) {
        row[e] = seen.get(e).moved(i);
      }
      pending.add(row);
    }
    int most = Math.max(1, edges / 2);
    while (pending.size() >= most) {
      takeGains(most);
    }
  }

  private void takeGains(int rows) {
    List<double[]> taken = pending.subList(0, rows);
    Matrix gains = Matrix.of(taken.toArray(double[][]::new));
    taken.clear();
    double[] sums = RelativeGainArray.of(gains).columnSums();
    for (int e = 0; e < edges; e++) {
      columnSums[e] += sums[e];
    }
    arrays++;
  }

  /** Each edge's part in the trace of all. */
  public List<Double> shares() {
    double all = Arrays.stream(traces).sum();
    return Arrays.stream(traces).map(trace -> all > 0 ? trace / all : 0).boxed().toList();
  }

  /** The smallest eigenvalue of each edge's mean Gramian on the labels' subspace. */
  public List<Double> smallestEigenvalues() {
    List<Double> smallest = new ArrayList<>();
    for (int e = 0; e < edges; e++) {
      double[] values = Matrix.of(gramians[e]).scaled(1.0 / examples).singularValues();
      smallest.add(values[values.length - 1]);
    }
    return smallest;
  }

  /** Each edge's mean column sum of the relative gain array, from 0 to 1. */
  public List<Double> gains() {
    if (!pending.isEmpty() && arrays == 0) {
      takeGains(pending.size());
    }
    return Arrays.stream(columnSums).map(sum -> sum / arrays).boxed().toList();
  }
}
