package dev.statecraft.models.pretrained;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Quoted;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A checkpoint held against a graph.
 *
 * @param missing base weights that the checkpoint lacks
 * @param unexpected tensors that the graph has no use for
 * @param misshaped base weights of another shape, each with what was expected and found
 * @param unusableHeads heads of another shape (another task's), which start fresh
 */
public record CheckpointReport(
    List<String> missing,
    List<String> unexpected,
    List<String> misshaped,
    Set<String> unusableHeads) {
  public CheckpointReport {
    missing = List.copyOf(missing);
    unexpected = List.copyOf(unexpected);
    misshaped = List.copyOf(misshaped);
    unusableHeads = Set.copyOf(unusableHeads);
  }

  static CheckpointReport of(CheckpointSource checkpoint, Graph graph) {
    List<String> missing = new ArrayList<>();
    List<String> misshaped = new ArrayList<>();
    Set<String> heads = new TreeSet<>();
    Set<String> unexpected = new TreeSet<>(checkpoint.names());
    for (Parameter parameter : graph.parameters().values()) {
      unexpected.remove(parameter.name());
      boolean base = parameter.role() == Parameter.Role.BASE;
      if (!checkpoint.names().contains(parameter.name())) {
        if (base) {
          missing.add(parameter.name());
        }
        continue;
      }
      TensorEntry entry = checkpoint.entry(parameter.name());
      if (!fits(entry, parameter)) {
        if (base) {
          misshaped.add(
              parameter.name()
                  + " (expected "
                  + parameter.shape()
                  + ", found "
                  + Arrays.toString(entry.shape())
                  + ")");
        } else {
          heads.add(parameter.name());
        }
      }
    }
    return new CheckpointReport(missing, List.copyOf(unexpected), misshaped, heads);
  }

  /** A convolution's weight may stand for the linear over its patches. */
  private static boolean fits(TensorEntry entry, Parameter parameter) {
    long[] found = entry.shape();
    long[] expected = parameter.sizes();
    return Arrays.equals(found, expected)
        || (found.length == 4
            && expected.length == 2
            && found[0] == expected[0]
            && entry.elements() == parameter.elements());
  }

  /**
   * Refuses a checkpoint that a model cannot be made of.
   *
   * @param name what the message calls it
   * @throws InvalidInputException if base weights are missing or of another shape
   */
  public void refuse(String name) {
    if (!missing.isEmpty() || !misshaped.isEmpty()) {
      throw new InvalidInputException(
          name
              + ": the weights do not fit the configuration:"
              + (missing.isEmpty() ? "" : " missing " + Quoted.list(missing))
              + (misshaped.isEmpty() ? "" : " of another shape " + Quoted.list(misshaped))
              + (unexpected.isEmpty() ? "" : " unexpected " + Quoted.list(unexpected)));
    }
  }
}
