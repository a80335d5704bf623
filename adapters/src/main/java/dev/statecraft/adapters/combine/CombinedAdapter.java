package dev.statecraft.adapters.combine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.AdapterPart;
import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.UserFunctions;
import dev.statecraft.core.graph.Parameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Several adapters that have become one, its values in memory until it is closed. */
public final class CombinedAdapter implements AutoCloseable {
  /** The method's name in adapters that are of several. */
  public static final String METHOD = "combined";

  private final List<Member> members;
  private final List<AdapterPart> parts;
  private final List<CombinedEdge> edges;
  private final CombinedValues values;
  private final PlainValues plain;

  CombinedAdapter(
      List<Member> members,
      List<AdapterPart> parts,
      List<CombinedEdge> edges,
      CombinedValues values,
      PlainValues plain) {
    this.members = members;
    this.parts = distinct(parts);
    this.edges = List.copyOf(edges);
    this.values = values;
    this.plain = plain;
  }

  /** A part that trains the head alone is none beside others. */
  private List<AdapterPart> distinct(List<AdapterPart> all) {
    Member first = members.get(0);
    List<AdapterPart> some =
        all.stream().filter(part -> !Parts.parameters(part, first).isEmpty()).toList();
    return some.isEmpty() ? all.subList(0, 1) : some;
  }

  /** What became of every edge. */
  public List<CombinedEdge> edges() {
    return edges;
  }

  /**
   * Saves it with the head of some runs, which are of one task: with that of the one, or with one
   * put together of theirs.
   *
   * @param folder of the adapter
   * @param runs indices of the runs whose head it gets
   * @param metadata of the head, as the runs' adapters have it
   * @throws IOException if a file cannot be written
   */
  public void save(Path folder, List<Integer> runs, Map<String, String> metadata)
      throws IOException {
    save(folder, runs, parts, metadata);
  }

  /**
   * Opens what was saved, so that nothing is put into place that no command could use.
   *
   * @throws dev.statecraft.base.InvalidInputException if it does not fit the model
   */
  public void requireOpens(Path folder, List<Integer> runs, UserFunctions functions)
      throws IOException {
    Member member = members.get(runs.get(0));
    try (Adapter adapter = AdapterFolder.open(folder, functions)) {
      adapter.weights(member.family(), member.base());
    }
  }

  /** Saves that head without any edges. */
  public void saveHead(Path folder, List<Integer> runs, Map<String, String> metadata)
      throws IOException {
    save(folder, runs, List.of(new AdapterPart.Head()), metadata);
  }

  private void save(
      Path folder, List<Integer> runs, List<AdapterPart> some, Map<String, String> metadata)
      throws IOException {
    Member member = members.get(runs.get(0));
    AdapterDescription description =
        new AdapterDescription(METHOD, member.adapter().description().baseModel(), some, metadata);
    requireHeads(runs);
    AdapterFolder.save(
        folder,
        description,
        member.family(),
        parameter ->
            parameter.role() == Parameter.Role.HEAD
                ? plain.of(parameter, runs)
                : values.get(parameter.name()).share());
  }

  private void requireHeads(List<Integer> runs) {
    List<List<List<Long>>> shapes =
        runs.stream().map(run -> heads(members.get(run))).distinct().toList();
    if (shapes.size() > 1) {
      throw new UsageException(
          "combine: expected heads of one shape, found "
              + shapes
              + " in "
              + runs.stream().map(run -> members.get(run).name()).collect(Collectors.toList()));
    }
  }

  private static List<List<Long>> heads(Member member) {
    List<List<Long>> shapes = new ArrayList<>();
    member.family().graph().parameters().values().stream()
        .filter(parameter -> parameter.role() == Parameter.Role.HEAD)
        .forEach(parameter -> shapes.add(parameter.shape()));
    return shapes;
  }

  @Override
  public void close() {
    values.close();
  }
}
