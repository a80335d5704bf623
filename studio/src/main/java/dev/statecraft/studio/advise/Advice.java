package dev.statecraft.studio.advise;

import dev.statecraft.base.Units;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Which edges of a model are worth their memory on some data.
 *
 * @param edges all candidates, the best by the score first
 * @param measured whether scores were measured; a dry advice has sizes alone, and zeros for scores
 * @param score by what they are ranked
 * @param budget how many are chosen
 * @param function what a chosen edge computes
 * @param functions what the best edge would take with each function
 * @param outputs the labels whose scores span the subspace of the outputs
 * @param examples of how many training examples the loss was looked at
 * @param outputExamples of how many the outputs
 * @param trainingBytes predicted peak of a training step of the chosen edges
 * @param smallestBytes predicted peak of a training step of the best edge alone
 * @param adviceBytes measured peak of the advising itself; empty if dry
 * @param predictedBytes its predicted peak
 * @param stepBytes predicted peak of a training step of all candidates, to compare that with
 * @param headSteps steps that a fresh head was given first; 0 if it was not fresh
 * @param seconds that it took
 * @param recipe that trains the chosen edges, as text
 */
public record Advice(
    List<AdvisedEdge> edges,
    boolean measured,
    AdviceScore score,
    AdviceBudget budget,
    String function,
    Map<String, FunctionCost> functions,
    List<String> outputs,
    int examples,
    int outputExamples,
    long trainingBytes,
    long smallestBytes,
    OptionalLong adviceBytes,
    long predictedBytes,
    long stepBytes,
    int headSteps,
    double seconds,
    String recipe) {
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
    outputs = List.copyOf(outputs);
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
