package dev.statecraft.adapters.combine;

import dev.statecraft.core.graph.Parameter;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * An edge of several adapters, and what becomes of it.
 *
 * @param edge begins the names of its parameters: a linear's module, or a control edge's name with
 *     its layer
 * @param group the same without the number of a layer, for tables
 * @param from name of the state that it reads; empty for trained weights of the model
 * @param to name of the state that it controls
 * @param runs names of those that have it
 * @param action what becomes of it
 * @param ranks those of the runs' updates; empty if it has no rank
 * @param rank what it comes out with
 * @param bytes of its parameters in the file
 * @param kept share of the combined update's squared norm that the rank leaves, once it is known
 * @param why more about it; empty if nothing is to be said
 */
public record CombinedEdge(
    String edge,
    String group,
    String from,
    String to,
    List<String> runs,
    EdgeAction action,
    List<Integer> ranks,
    OptionalInt rank,
    long bytes,
    OptionalDouble kept,
    String why) {
  /** Copies. */
  public CombinedEdge {
    runs = List.copyOf(runs);
    ranks = List.copyOf(ranks);
  }

  /** A trained parameter that is no update, and that one run has. */
  static CombinedEdge kept(Parameter parameter, Member member) {
    return of(parameter, List.of(member.name()));
  }

  /** The same of one run or several. */
  static CombinedEdge of(Parameter parameter, List<String> runs) {
    boolean merged = runs.size() > 1;
    return new CombinedEdge(
        parameter.name(),
        group(parameter.name()),
        "",
        "",
        runs,
        merged ? EdgeAction.MERGED : EdgeAction.KEPT,
        List.of(),
        OptionalInt.empty(),
        Float.BYTES * parameter.elements(),
        OptionalDouble.empty(),
        merged ? "value by value" : "");
  }

  /** An edge's name without the number of its layer. */
  static String group(String edge) {
    return edge.replaceAll("(^|\\.)(layers?|h|blocks?)\\.\\d+(?=\\.|$)", "$1$2.*");
  }
}
