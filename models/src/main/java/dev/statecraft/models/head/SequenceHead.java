package dev.statecraft.models.head;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.MeanTokens;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Outputs for a whole sequence or picture: scores of classes, or a number.
 *
 * @param outputs number of classes, or 1 for regression
 * @param way how a sequence becomes one vector
 */
public record SequenceHead(int outputs, Pooling way) implements Head {
  private static final String POOLED = "pooled";

  public SequenceHead {
    if (outputs < 1) {
      throw new IllegalArgumentException(
          "outputs of the head: expected 1 or more, found " + outputs);
    }
  }

  @Override
  public Scored attach(GraphBuilder graph, Backbone backbone, State last) {
    return new Scored(logits(graph, backbone, last), Optional.empty());
  }

  private State logits(GraphBuilder graph, Backbone backbone, State last) {
    Optional<SequenceOutputs> own = own(backbone);
    if (own.isPresent()) {
      return own.get().logits(graph, TaskModel.LOGITS, last, outputs);
    }
    State pooled = graph.edge(POOLED, new MeanTokens(), List.of(last));
    return new Blocks(graph).headLinear(TaskModel.LOGITS, pooled, "classifier", outputs);
  }

  /** The family's own head; empty if it has none of the mean over tokens, which is asked for. */
  private Optional<SequenceOutputs> own(Backbone backbone) {
    Optional<SequenceOutputs> own = backbone.sequenceOutputs();
    if (way == Pooling.MEAN) {
      return own.flatMap(SequenceOutputs::ofMeans);
    }
    if (own.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a family with a head for sequences of its own, found "
              + backbone.config().modelType()
              + ", on which a head reads the mean over tokens");
    }
    return own;
  }

  @Override
  public Optional<Pooling> pooling() {
    return Optional.of(way);
  }

  /**
   * Means over tokens, where transformers does not have them, are dropped as BERT's pooled state.
   */
  @Override
  public Map<String, Double> dropout(Backbone backbone) {
    return own(backbone)
        .map(SequenceOutputs::dropout)
        .orElseGet(() -> Map.of(POOLED, backbone.headDropout()));
  }

  /** {@inheritDoc} Of most families there is none with a head on the mean over tokens. */
  @Override
  public String architecture(Backbone backbone) {
    return own(backbone).map(SequenceOutputs::architecture).orElseGet(backbone::architecture);
  }

  @Override
  public Optional<String> peftTask(Backbone backbone) {
    return backbone.peftSequenceTask();
  }

  @Override
  public String checkpointName(Backbone backbone, String name) {
    return own(backbone).map(head -> head.checkpointName(name)).orElse(name);
  }
}
