package dev.statecraft.models.family;

import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.run.Batch;
import dev.statecraft.models.data.LabelledTokens;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Lays token sequences end to end as the inputs of {@link Llama} and {@link Encoder} graphs. */
public final class TokenBatches {
  private TokenBatches() {}

  /** Sequences with labels for a causal language model: position t predicts the label of t + 1. */
  public static Batch causal(Torch torch, List<LabelledTokens> examples) {
    List<int[]> ids = new ArrayList<>();
    List<Integer> rows = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    int offset = 0;
    for (LabelledTokens example : examples) {
      int[] labels = example.labels();
      for (int t = 1; t < labels.length; t++) {
        if (labels[t] != LabelledTokens.IGNORED) {
          rows.add(offset + t - 1);
          targets.add(labels[t]);
        }
      }
      ids.add(example.ids());
      offset += labels.length;
    }
    return causal(torch, ids, toInts(rows), toInts(targets), 0);
  }

  /** The targets of a causal batch, {@code [labels]}. */
  public static Tensor labelIds(Batch batch) {
    return batch.state(Llama.LABEL_IDS);
  }

  /** One sequence going on at {@code start}, of which only the last token's scores are wanted. */
  public static Batch next(Torch torch, int[] ids, int start) {
    return causal(torch, List.of(ids), new int[] {ids.length - 1}, new int[] {0}, start);
  }

  /** Sequences with the scores of every token wanted; labels are not meant. */
  public static Batch scored(Torch torch, List<int[]> ids) {
    int tokens = ids.stream().mapToInt(sequence -> sequence.length).sum();
    int[] rows = new int[tokens];
    Arrays.setAll(rows, i -> i);
    return causal(torch, ids, rows, new int[tokens], 0);
  }

  private static Batch causal(Torch torch, List<int[]> ids, int[] rows, int[] targets, int start) {
    Layout layout = layout(ids);
    // If there is no memory for one of them, the scope closes the others.
    try (Scope scope = torch.scope()) {
      Map<String, Tensor> states = new HashMap<>();
      states.put(Llama.TOKEN_IDS, torch.ofInts(joined(ids)));
      states.put(Llama.POSITIONS, torch.ofInts(positions(layout, start)));
      states.put(Llama.LABEL_POSITIONS, torch.ofInts(rows));
      states.put(Llama.LABEL_IDS, torch.ofInts(targets));
      states.values().forEach(Tensor::escape);
      return new Batch(
          layout, new Extents(layout.tokens(), layout.sequences(), 0, rows.length), states);
    }
  }

  /**
   * Sequences for an encoder without labels.
   *
   * @param types token types of each sequence
   * @param firstPosition the row of the position table that a first token uses
   */
  public static Batch encoder(Torch torch, List<int[]> ids, List<int[]> types, int firstPosition) {
    return encoder(torch, ids, types, firstPosition, Optional.empty());
  }

  /** Sequences for an encoder with the index of a class each. */
  public static Batch classified(
      Torch torch, List<int[]> ids, List<int[]> types, int firstPosition, int[] classes) {
    return encoder(
        torch, ids, types, firstPosition, Optional.of(session -> session.ofInts(classes)));
  }

  /** Sequences for an encoder with a number each; held in the model's master type. */
  public static Batch regressed(
      Torch torch,
      List<int[]> ids,
      List<int[]> types,
      int firstPosition,
      double[] targets,
      DType master) {
    return encoder(
        torch,
        ids,
        types,
        firstPosition,
        Optional.of(session -> session.of(master, targets, targets.length)));
  }

  private static Batch encoder(
      Torch torch,
      List<int[]> ids,
      List<int[]> types,
      int firstPosition,
      Optional<Function<Torch, Tensor>> labels) {
    Layout layout = layout(ids);
    try (Scope scope = torch.scope()) {
      Map<String, Tensor> states = new HashMap<>();
      labels.ifPresent(made -> states.put(Encoder.LABELS, made.apply(torch)));
      states.put(Encoder.TOKEN_IDS, torch.ofInts(joined(ids)));
      states.put(Encoder.TOKEN_TYPES, torch.ofInts(joined(types)));
      states.put(Encoder.POSITIONS, torch.ofInts(positions(layout, firstPosition)));
      states.values().forEach(Tensor::escape);
      return new Batch(layout, new Extents(layout.tokens(), layout.sequences(), 0, 0), states);
    }
  }

  private static Layout layout(List<int[]> ids) {
    return Layout.ofLengths(ids.stream().mapToInt(sequence -> sequence.length).toArray());
  }

  private static int[] joined(List<int[]> parts) {
    return parts.stream().flatMapToInt(Arrays::stream).toArray();
  }

  /** Positions restart with every sequence. */
  private static int[] positions(Layout layout, int start) {
    int[] positions = new int[layout.tokens()];
    for (int i = 0; i < layout.sequences(); i++) {
      for (int t = 0; t < layout.length(i); t++) {
        positions[layout.offset(i) + t] = start + t;
      }
    }
    return positions;
  }

  private static int[] toInts(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
