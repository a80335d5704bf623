package dev.statecraft.models.head;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.MeanSquaredErrorLoss;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ModelInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Squared error of each sequence's number; for a head of one output. */
public record SquaredError() implements Objective {
  @Override
  public void attach(GraphBuilder graph, Scored scored) {
    State targets = graph.input(InputNames.LABELS, Shape.of(Axis.SEQUENCES), Precision.MASTER);
    graph.edge(TaskModel.LOSS, new MeanSquaredErrorLoss(), List.of(scored.logits(), targets));
  }

  @Override
  public void check(Head head) {
    if (head.outputs() != 1) {
      throw new IllegalArgumentException(
          "outputs of the head: expected 1 for regression, found " + head.outputs());
    }
  }

  @Override
  public Optional<ProblemType> problemType() {
    return Optional.of(ProblemType.REGRESSION);
  }

  @Override
  public HostBatch sample(ModelInput input, List<Integer> lengths) {
    HostBatch.Value numbers = HostBatch.Value.numbers(new double[lengths.size()]);
    return input.sample(lengths, Map.of(InputNames.LABELS, numbers));
  }

  /** {@inheritDoc} There is one output, whatever the numbers are. */
  @Override
  public Probed probed(Batch batch, List<Integer> outputs, int label) {
    return new Probed(batch.extents(), Map.of());
  }

  @Override
  public long sampleLabels(List<Integer> lengths) {
    return lengths.size();
  }
}
