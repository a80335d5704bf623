package dev.statecraft.models.family;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Extents;
import dev.statecraft.core.graph.Layout;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.core.run.HostBatch.Value;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays token sequences end to end as the inputs of graphs that read texts. Needs no session, so
 * batches can be made on any thread.
 */
public final class TokenBatches {
  private TokenBatches() {}

  /** Sequences with labels for a causal language model: position t predicts the label of t + 1. */
  public static HostBatch causal(List<LabelledTokens> examples) {
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
    int[] prompts = examples.stream().mapToInt(TokenBatches::prompt).toArray();
    return causal(layout(ids).withPrompts(prompts), ids, toInts(rows), toInts(targets), 0);
  }

  /** Tokens before the first that is learned; all if none is. */
  private static int prompt(LabelledTokens example) {
    int[] labels = example.labels();
    int tokens = Math.min(1, labels.length); // Nothing predicts the first.
    while (tokens < labels.length && labels[tokens] == LabelledTokens.IGNORED) {
      tokens++;
    }
    return tokens;
  }

  /** The targets of a causal batch, {@code [labels]}. */
  public static Tensor labelIds(Batch batch) {
    return batch.state(InputNames.LABEL_IDS);
  }

  /** One sequence going on at {@code start}, of which only the last token's scores are wanted. */
  public static HostBatch next(int[] ids, int start) {
    return next(layout(List.of(ids)), ids, start);
  }

  /**
   * One sequence from its beginning, of which only the last token's scores are wanted.
   *
   * @param prompt how many of the first tokens were a prompt that the others go on from
   */
  public static HostBatch whole(int[] ids, int prompt) {
    return next(layout(List.of(ids)).withPrompts(prompt), ids, 0);
  }

  private static HostBatch next(Layout layout, int[] ids, int start) {
    return causal(layout, List.of(ids), new int[] {ids.length - 1}, new int[] {0}, start);
  }

  /** Sequences of which only the last tokens' scores are wanted, as when prompts are read. */
  public static HostBatch ends(List<int[]> ids) {
    int[] rows = new int[ids.size()];
    int end = 0;
    for (int i = 0; i < rows.length; i++) {
      end += ids.get(i).length;
      rows[i] = end - 1;
    }
    return causal(layout(ids), ids, rows, new int[rows.length], 0);
  }

  /** Sequences with the scores of every token wanted; labels are not meant. */
  public static HostBatch scored(List<int[]> ids) {
    int tokens = ids.stream().mapToInt(sequence -> sequence.length).sum();
    int[] rows = new int[tokens];
    Arrays.setAll(rows, i -> i);
    return causal(layout(ids), ids, rows, new int[tokens], 0);
  }

  private static HostBatch causal(
      Layout layout, List<int[]> ids, int[] rows, int[] targets, int start) {
    Map<String, Value> states = new HashMap<>();
    states.put(InputNames.TOKEN_IDS, Value.indices(joined(ids)));
    states.put(InputNames.POSITIONS, Value.indices(positions(layout, start)));
    states.put(InputNames.LABEL_POSITIONS, Value.indices(rows));
    states.put(InputNames.LABEL_IDS, Value.indices(targets));
    return new HostBatch(Extents.of(layout).with(Axis.LABELS, rows.length), states);
  }

  /**
   * Sequences without labels.
   *
   * @param types token types of each sequence
   */
  public static HostBatch encoder(TokenInput input, List<int[]> ids, List<int[]> types) {
    return labelled(input, ids, types, Map.of());
  }

  /** Sequences with the index of a class each. */
  public static HostBatch classified(
      TokenInput input, List<int[]> ids, List<int[]> types, int[] classes) {
    return labelled(input, ids, types, Map.of(InputNames.LABELS, Value.indices(classes)));
  }

  /** Sequences with a number each. */
  public static HostBatch regressed(
      TokenInput input, List<int[]> ids, List<int[]> types, double[] targets) {
    return labelled(input, ids, types, Map.of(InputNames.LABELS, Value.numbers(targets)));
  }

  static HostBatch labelled(
      TokenInput input, List<int[]> ids, List<int[]> types, Map<String, Value> labels) {
    Layout layout = layout(ids);
    Map<String, Value> states = new HashMap<>(labels);
    states.put(InputNames.TOKEN_IDS, Value.indices(joined(ids)));
    if (input.hasTypes()) {
      states.put(InputNames.TOKEN_TYPES, Value.indices(joined(types)));
    }
    states.put(InputNames.POSITIONS, Value.indices(positions(layout, input.firstPosition())));
    return new HostBatch(Extents.of(layout), states);
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
