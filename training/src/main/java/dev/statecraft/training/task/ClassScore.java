package dev.statecraft.training.task;

import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.training.metric.ConfusionMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Scores predicted classes. */
public final class ClassScore implements Score {
  private final List<Integer> classes;
  private final int classCount;
  private final OptionalInt positive;
  private final List<Integer> gold = new ArrayList<>();
  private final List<Integer> predicted = new ArrayList<>();
  private double loss;

  ClassScore(List<Integer> classes, int classCount, OptionalInt positive) {
    this.classes = classes;
    this.classCount = classCount;
    this.positive = positive;
  }

  @Override
  public Set<String> states() {
    return Set.of(TaskModel.LOGITS);
  }

  @Override
  public void add(Pass pass, Batch batch, List<Integer> examples) {
    double[] logits = pass.value(TaskModel.LOGITS).toDoubles();
    for (int i = 0; i < examples.size(); i++) {
      double[] row = Arrays.copyOfRange(logits, i * classCount, (i + 1) * classCount);
      double[] probabilities = probabilities(row);
      int label = classes.get(examples.get(i));
      int best = 0;
      for (int c = 1; c < classCount; c++) {
        best = row[c] > row[best] ? c : best;
      }
      gold.add(label);
      predicted.add(best);
      loss -= Math.log(Math.max(probabilities[label], Double.MIN_NORMAL));
    }
  }

  /** Softmax of one row of logits. */
  public static double[] probabilities(double[] logits) {
    double largest = Arrays.stream(logits).max().orElseThrow();
    double[] exponentials = Arrays.stream(logits).map(x -> Math.exp(x - largest)).toArray();
    double sum = Arrays.stream(exponentials).sum();
    return Arrays.stream(exponentials).map(x -> x / sum).toArray();
  }

  @Override
  public Optional<ConfusionMatrix> confusion() {
    return Optional.of(matrix());
  }

  private ConfusionMatrix matrix() {
    return ConfusionMatrix.of(
        gold.stream().mapToInt(Integer::intValue).toArray(),
        predicted.stream().mapToInt(Integer::intValue).toArray(),
        classCount);
  }

  @Override
  public Map<String, Double> metrics() {
    ConfusionMatrix confusion = matrix();
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("loss", loss / gold.size());
    metrics.put("accuracy", confusion.accuracy());
    metrics.put("macro_f1", confusion.macroF1());
    positive.ifPresent(index -> metrics.put("f1", confusion.f1(index)));
    metrics.put("matthews", confusion.matthews());
    return metrics;
  }
}
