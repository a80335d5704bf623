package dev.statecraft.data;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The labels of a classification task and their class indices, 0 to size - 1. */
public final class LabelVocabulary {
  private static final Pattern INTEGER = Pattern.compile("-?[0-9]+");

  private final List<String> labels;
  private final Map<String, Integer> indices = new HashMap<>();

  /**
   * A vocabulary in a given order, such as that of a checkpoint.
   *
   * @throws InvalidInputException if there are fewer than two labels, or one is given twice
   */
  public LabelVocabulary(List<String> labels) {
    this.labels = List.copyOf(labels);
    for (String label : this.labels) {
      if (indices.put(label, indices.size()) != null) {
        throw new InvalidInputException(
            "label " + Quoted.text(label) + " is given twice: " + Quoted.list(labels));
      }
    }
    if (labels.size() < 2) {
      throw new InvalidInputException(
          "classification needs at least two different labels, found " + Quoted.list(labels));
    }
  }

  /**
   * The labels that occur, in the order of their numbers if all are integers, else in the order of
   * their UTF-16 code units.
   *
   * @throws InvalidInputException if fewer than two labels occur
   */
  public static LabelVocabulary of(Collection<TextExample> examples) {
    return ofLabels(examples.stream().map(TextExample::label).toList());
  }

  /**
   * The same for the labels themselves, each as often as it occurs.
   *
   * @throws InvalidInputException if fewer than two labels occur
   */
  public static LabelVocabulary ofLabels(Collection<String> all) {
    List<String> labels = new ArrayList<>(new TreeSet<>(all));
    if (labels.stream().allMatch(label -> INTEGER.matcher(label).matches())) {
      // The sort is stable: "1" and "01" are two labels and keep the order of their text.
      labels.sort(Comparator.comparing(BigInteger::new));
    }
    return new LabelVocabulary(labels);
  }

  /** The number of classes. */
  public int size() {
    return labels.size();
  }

  /** All labels by class index. */
  public List<String> labels() {
    return labels;
  }

  /** How many of some class indices are of each label, in the order of the indices. */
  public Map<String, Integer> counts(Collection<Integer> classes) {
    int[] counts = new int[labels.size()];
    classes.forEach(index -> counts[index]++);
    Map<String, Integer> byLabel = new LinkedHashMap<>();
    for (int i = 0; i < counts.length; i++) {
      byLabel.put(labels.get(i), counts[i]);
    }
    return byLabel;
  }

  /** The label of a class index. */
  public String label(int index) {
    return labels.get(index);
  }

  /**
   * The class index of an example's label.
   *
   * @throws InvalidInputException if the vocabulary does not have the label
   */
  public int index(TextExample example) {
    return index(example.label(), example.source());
  }

  /**
   * The class index of a label.
   *
   * @param source where the label is, for the message
   * @throws InvalidInputException if the vocabulary does not have it
   */
  public int index(String label, String source) {
    try {
      return index(label);
    } catch (InvalidInputException e) {
      throw new InvalidInputException(source + ": " + e.getMessage(), e);
    }
  }

  /**
   * The class index of a label.
   *
   * @throws InvalidInputException if the vocabulary does not have it
   */
  public int index(String label) {
    Integer index = indices.get(label);
    if (index == null) {
      throw new InvalidInputException(
          "unknown label " + Quoted.text(label) + "; expected one of " + Quoted.list(labels));
    }
    return index;
  }

  /**
   * The class indices of all examples, in order.
   *
   * @throws InvalidInputException if the vocabulary does not have a label
   */
  public int[] indices(List<TextExample> examples) {
    return examples.stream().mapToInt(this::index).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelVocabulary that && labels.equals(that.labels);
  }

  @Override
  public int hashCode() {
    return labels.hashCode();
  }

  @Override
  public String toString() {
    return "LabelVocabulary" + labels;
  }
}
