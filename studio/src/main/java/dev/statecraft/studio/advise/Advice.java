package dev.statecraft.studio.advise;

import dev.statecraft.base.Units;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which edges of a model are worth their memory on some data.
 *
 * @param edges all candidates, the best by the score first
 * @param score by what they are ranked
 * @param budget how many are chosen
 * @param function what a chosen edge computes
 * @param functions what the best edge would take with each function
 * @param look what scores were measured on; empty if dry, when all scores are zeros
 * @param sizes what steps are predicted to take
 * @param seconds that it took
 * @param recipe that trains the chosen edges, as text
 */
public record Advice(
    List<AdvisedEdge> edges,
    AdviceScore score,
    AdviceBudget budget,
    String function,
    Map<String, FunctionCost> functions,
    Optional<Look> look,
    Sizes sizes,
    double seconds,
    String recipe) {
  /**
   * What was looked at.
   *
   * @param outputs the labels whose scores span the subspace of the outputs
   * @param examples of how many training examples the loss was looked at
   * @param outputExamples of how many the outputs
   * @param headSteps steps that a fresh head was given first; 0 if it was not fresh
   * @param bytes measured peak of it
   */
  public record Look(
      List<String> outputs, int examples, int outputExamples, int headSteps, long bytes) {
    public Look {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * Predicted peaks, in bytes.
   *
   * @param training of a training step of the chosen edges
   * @param smallest of one of the best edge alone
   * @param all of one of all candidates
   * @param advising of the advising itself
   */
  public record Sizes(long training, long smallest, long all, long advising) {}

  /**
   * What an edge takes with a function.
   *
   * @param parameters that it trains
   * @param bytes of a training step beside the frozen weights
   */
  public record FunctionCost(long parameters, long bytes) {}

  public Advice {
    edges = List.copyOf(edges);
    functions = Collections.unmodifiableMap(new LinkedHashMap<>(functions));
  }

  /** Whether scores were measured. */
  public boolean measured() {
    return look.isPresent();
  }

  /** Numbers of an edge in columns: its scores, if they were measured, its bytes and parameters. */
  public List<String> cells(AdvisedEdge edge) {
    List<String> cells = new ArrayList<>();
    if (measured()) {
      cells.add(Units.percent(edge.controllability()));
      cells.add(Units.decimal(edge.smallestEigenvalue()));
      cells.add(Units.decimal(edge.gain()));
      cells.add(Units.decimal(edge.gradient()));
    }
    cells.add(Units.bytes(edge.bytes()));
    cells.add(Units.count(edge.parameters()));
    return cells;
  }

  /** The chosen edges, the best first. */
  public List<AdvisedEdge> chosen() {
    return edges.stream().filter(AdvisedEdge::chosen).toList();
  }

  /** The chosen edges in words, by place: {@code attn in layers 0 to 2, 5; mlp in layer 1}. */
  public String chosenInWords() {
    Map<String, List<Integer>> layers = new LinkedHashMap<>();
    chosen().stream()
        .sorted(Comparator.comparing(AdvisedEdge::place).thenComparing(AdvisedEdge::layer))
        .forEach(e -> layers.computeIfAbsent(e.place(), p -> new ArrayList<>()).add(e.layer()));
    return layers.entrySet().stream()
        .map(
            place ->
                place.getKey()
                    + (place.getValue().size() == 1 ? " in layer " : " in layers ")
                    + Units.ranges(place.getValue()))
        .collect(Collectors.joining("; "));
  }
}
