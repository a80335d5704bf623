package dev.statecraft.models.head;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.CrossEntropyLoss;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ModelInput;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Cross entropy of each sequence's class. */
public record CrossEntropy() implements Objective {
  @Override
  public void attach(GraphBuilder graph, Scored scored) {
    State labels = graph.input(InputNames.LABELS, Shape.of(Axis.SEQUENCES), Precision.INDEX);
    graph.edge(TaskModel.LOSS, new CrossEntropyLoss(), List.of(scored.logits(), labels));
  }

  @Override
  public Optional<ProblemType> problemType() {
    return Optional.of(ProblemType.SINGLE_LABEL_CLASSIFICATION);
  }

  @Override
  public HostBatch sample(ModelInput input, List<Integer> lengths) {
    HostBatch.Value classes = HostBatch.Value.indices(new int[lengths.size()]);
    return input.sample(lengths, Map.of(InputNames.LABELS, classes));
  }

  @Override
  public Probed probed(Batch batch, List<Integer> outputs, int label) {
    Tensor labels = batch.state(InputNames.LABELS);
    return new Probed(batch.extents(), Map.of(InputNames.LABELS, indices(labels.torch(), outputs)));
  }

  /** Indices {@code [indices.size()]}. */
  static Tensor indices(Torch torch, List<Integer> indices) {
    return torch.ofInts(indices.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public long sampleLabels(List<Integer> lengths) {
    return lengths.size();
  }
}
