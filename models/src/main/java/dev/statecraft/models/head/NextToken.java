package dev.statecraft.models.head;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.Precision;
import dev.statecraft.core.graph.Shape;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.CausalLmLoss;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ModelInput;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Cross entropy of the token that follows, as causal language models learn. */
public record NextToken() implements Objective {
  /** Rows of the output head computed at a time: bounds the logits that exist at once. */
  private static final int LOSS_CHUNK = 256;

  @Override
  public void attach(GraphBuilder graph, Scored scored) {
    Scored.Tokens tokens =
        scored
            .tokens()
            .orElseThrow(
                () -> new IllegalArgumentException("next tokens: expected scores of tokens"));
    State ids = graph.input(InputNames.LABEL_IDS, Shape.of(Axis.LABELS), Precision.INDEX);
    graph.edge(
        TaskModel.LOSS,
        new CausalLmLoss(LOSS_CHUNK, tokens.rule()),
        List.of(tokens.rows(), tokens.positions(), ids),
        tokens.table());
  }

  @Override
  public Optional<ProblemType> problemType() {
    return Optional.empty();
  }

  /** {@inheritDoc} Every token is a label. */
  @Override
  public HostBatch sample(ModelInput input, List<Integer> lengths) {
    TokenInput tokens =
        input
            .tokens()
            .orElseThrow(() -> new IllegalArgumentException("next tokens: expected texts"));
    return TokenBatches.causal(
        tokens.sampleIds(lengths).stream().map(NextToken::labelled).toList());
  }

  private static LabelledTokens labelled(int[] ids) {
    int[] labels = Arrays.copyOf(ids, ids.length);
    labels[0] = LabelledTokens.IGNORED;
    return new LabelledTokens(ids, labels);
  }

  @Override
  public Probed probed(Batch batch, List<Integer> outputs, int label) {
    Torch torch = batch.state(InputNames.LABEL_IDS).torch();
    int each = Math.toIntExact(batch.extents().rows(Axis.LABELS)) / outputs.size();
    List<Integer> chosen =
        IntStream.range(0, outputs.size()).mapToObj(i -> i * each + label).toList();
    Tensor positions = batch.state(InputNames.LABEL_POSITIONS);
    return new Probed(
        batch.extents().with(Axis.LABELS, outputs.size()),
        Map.of(
            InputNames.LABEL_POSITIONS,
            positions.indexSelect(0, CrossEntropy.indices(torch, chosen)),
            InputNames.LABEL_IDS,
            CrossEntropy.indices(torch, outputs)));
  }

  @Override
  public long sampleLabels(List<Integer> lengths) {
    return lengths.stream().mapToLong(length -> length - 1).sum();
  }
}
