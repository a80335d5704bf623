package dev.statecraft.core.control.advise;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Op;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.util.List;
import java.util.Set;

/**
 * A sensor at every candidate of a model, and the passes that they see.
 *
 * <p>First {@link #seeLoss} for a sample of micro-batches, then {@link #firstSteps}, and {@link
 * #aim} each sensor where its edge would go; then, as often as wanted, {@link #seeOutputs} and
 * {@link #effects}. Passes read no value of a tensor, so they can be taken without memory.
 */
public final class Sensors {
  private final List<Candidate> candidates;
  private final int rank;
  private final int outputs;
  private final Graph graph;
  private final StatePlan toLoss;
  private final StatePlan toOutputs;

  private Sensors(
      List<Candidate> candidates,
      int rank,
      int outputs,
      Graph graph,
      StatePlan toLoss,
      StatePlan toOutputs) {
    this.candidates = List.copyOf(candidates);
    this.rank = rank;
    this.outputs = outputs;
    this.graph = graph;
    this.toLoss = toLoss;
    this.toOutputs = toOutputs;
  }

  /**
   * Puts sensors into a graph.
   *
   * @param model a graph of which nothing is trained
   * @param loss name of its loss
   * @param rank of the edges, at most what u and v have features
   * @param outputs replicas in the batches of {@link #seeOutputs}
   * @param store which states are stored for the backward
   * @throws GraphException if there can be no edge at a candidate, or the loss has no outputs
   */
  public static Sensors in(
      Graph model,
      String loss,
      List<Candidate> candidates,
      int rank,
      int outputs,
      LayerPolicies store) {
    Graph sensing = with(model, candidates, rank, outputs, new GradientSensor());
    Op ofLoss =
        model
            .producer(loss)
            .flatMap(edge -> edge.op().outputs())
            .orElseThrow(
                () -> new GraphException("state '" + loss + "': expected a loss of outputs"));
    Graph probing =
        with(model, candidates, rank, outputs, new OutputSensor(outputs))
            .edit()
            .replace(loss, edge -> withOp(edge, ofLoss))
            .build();
    return new Sensors(
        candidates,
        rank,
        outputs,
        sensing,
        StatePlan.training(sensing, loss, Set.of(), store, StateFormat.EXACT),
        StatePlan.training(probing, loss, Set.of(), store, StateFormat.EXACT));
  }

  private static Edge withOp(Edge edge, Op op) {
    return new Edge(edge.output(), op, edge.inputs(), edge.parameters(), edge.layer());
  }

  private static Graph with(
      Graph model, List<Candidate> candidates, int rank, int outputs, Sensor sensor) {
    GraphEditor editor = model.edit();
    for (Candidate candidate : candidates) {
      List<Parameter> theta =
          Sensor.parameters(
              candidate,
              rank,
              outputs,
              model.state(candidate.from()).shape().features(),
              model.state(candidate.to()).shape().features());
      editor.control(candidate.from(), candidate.to(), sensor, theta);
    }
    return editor.build();
  }

  public List<Candidate> candidates() {
    return candidates;
  }

  /** The graph that {@link Weights} for these passes are those of. */
  public Graph graph() {
    return graph;
  }

  /**
   * Adds a micro-batch to what is seen of the loss.
   *
   * @param factor of the loss of each label: 1 / the labels of the whole sample
   */
  public void seeLoss(Weights weights, Batch batch, double factor) {
    Pass.run(toLoss, weights, batch, new PassOptions(factor, 0, false)).close();
  }

  /** What was seen of the loss, in the order of the candidates. */
  public List<FirstStep> firstSteps(Weights weights) {
    return candidates.stream()
        .map(
            candidate ->
                new FirstStep(
                    doubles(weights.gradient(candidate.parameter("B"))),
                    doubles(weights.gradient(candidate.parameter("moments"))),
                    rank))
        .toList();
  }

  /**
   * Says which edge a sensor looks for in the outputs.
   *
   * @param b its B {@code [out, r]}, row by row
   */
  public void aim(Weights weights, Candidate candidate, double[] b) {
    Tensor value = weights.value(candidate.parameter("B"));
    try (Scope scope = weights.torch().scope()) {
      value.copyFrom(weights.torch().of(value.dtype(), b, value.shape()));
    }
  }

  /**
   * Sees the outputs of one example, in place of what was seen before.
   *
   * @param batch the example as often as there are outputs, each replica with the label of another
   */
  public void seeOutputs(Weights weights, Batch batch) {
    weights.flatGradients().zero();
    Pass.run(toOutputs, weights, batch, new PassOptions(1, 0, false)).close();
  }

  /** What was seen of the outputs, in the order of the candidates. */
  public List<OutputEffects> effects(Weights weights) {
    return candidates.stream()
        .map(
            candidate ->
                new OutputEffects(
                    doubles(weights.gradient(candidate.parameter("effects"))), outputs))
        .toList();
  }

  private static double[] doubles(Tensor tensor) {
    try (Scope scope = tensor.torch().scope()) {
      return tensor.reshape(-1).toDoubles();
    }
  }
}
