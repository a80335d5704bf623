package dev.statecraft.models.pretrained;

import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.StackedRows;
import dev.statecraft.formats.checkpoint.StackedRows.Rows;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Projections that a file has as one and the family as several, or the other way: {@code qkv_proj}
 * has the rows of {@code q_proj}, {@code k_proj} and {@code v_proj} in this order, {@code
 * gate_up_proj} those of {@code gate_proj} and {@code up_proj}, as in Phi-3 and in what vLLM saves.
 */
final class Projections {
  private static final Map<String, List<String>> PARTS =
      Map.of(
          "qkv_proj", List.of("q_proj", "k_proj", "v_proj"),
          "gate_up_proj", List.of("gate_proj", "up_proj"));

  private static final List<String> ENDS = List.of(".weight", ".bias");

  private Projections() {}

  /** The checkpoint with the family's projections; itself if it has them so. */
  static CheckpointSource of(CheckpointSource checkpoint, ExpectedTensors expected) {
    Map<String, List<Rows>> stacks = new TreeMap<>();
    PARTS.forEach(
        (whole, parts) ->
            ENDS.forEach(end -> add(stacks, checkpoint, expected, whole + end, ended(parts, end))));
    return stacks.isEmpty() ? checkpoint : new StackedRows(checkpoint, stacks);
  }

  private static List<String> ended(List<String> parts, String end) {
    return parts.stream().map(part -> part + end).toList();
  }

  private static void add(
      Map<String, List<Rows>> stacks,
      CheckpointSource checkpoint,
      ExpectedTensors expected,
      String whole,
      List<String> parts) {
    Set<String> names = checkpoint.names();
    for (String name : names) {
      if (name.endsWith("." + whole) && !expected.has(name)) {
        String module = name.substring(0, name.length() - whole.length());
        cut(stacks, checkpoint, expected, name, prefixed(module, parts));
      }
    }
    for (String name : expected.byName().keySet()) {
      if (name.endsWith("." + whole) && !names.contains(name)) {
        String module = name.substring(0, name.length() - whole.length());
        join(stacks, checkpoint, expected, name, prefixed(module, parts));
      }
    }
  }

  private static List<String> prefixed(String module, List<String> parts) {
    return parts.stream().map(part -> module + part).toList();
  }

  private static void cut(
      Map<String, List<Rows>> stacks,
      CheckpointSource checkpoint,
      ExpectedTensors expected,
      String whole,
      List<String> parts) {
    Map<String, List<Rows>> cut = new TreeMap<>();
    long first = 0;
    for (String part : parts) {
      if (expected.rows(part).isEmpty() || checkpoint.names().contains(part)) {
        return;
      }
      long rows = expected.rows(part).get();
      cut.put(part, List.of(new Rows(whole, first, rows)));
      first += rows;
    }
    // One with other rows stays as it is, and the report says that the parts are missing.
    if (rows(checkpoint, whole) == first) {
      stacks.putAll(cut);
    }
  }

  private static void join(
      Map<String, List<Rows>> stacks,
      CheckpointSource checkpoint,
      ExpectedTensors expected,
      String whole,
      List<String> parts) {
    if (!checkpoint.names().containsAll(parts)) {
      return;
    }
    List<Rows> rows = new ArrayList<>();
    parts.forEach(part -> rows.add(new Rows(part, 0, rows(checkpoint, part))));
    boolean fit = rows.stream().mapToLong(Rows::count).sum() == expected.rows(whole).orElse(0L);
    if (fit && parts.stream().map(part -> kind(checkpoint, part)).distinct().count() == 1) {
      stacks.put(whole, rows);
    }
  }

  /** Type and shape of a tensor's rows, with one of them. */
  private static TensorEntry kind(CheckpointSource checkpoint, String name) {
    TensorEntry entry = checkpoint.entry(name);
    long[] shape = entry.shape();
    if (shape.length > 0) {
      shape[0] = 1;
    }
    return TensorEntry.of("", entry.type(), shape);
  }

  private static long rows(CheckpointSource checkpoint, String name) {
    long[] shape = checkpoint.entry(name).shape();
    return shape.length == 0 ? 0 : shape[0];
  }
}
