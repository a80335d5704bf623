package dev.statecraft.core.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The graphs of several tasks that share a trunk: a model and its control edges, with a head for
 * each task (Caruana, Multitask Learning, 1997: hard parameter sharing). Made such that one set of
 * weights serves them all: every graph has the trunk and its own head under the names that they
 * always have, and beside it the heads of all other tasks, whose states are called {@code
 * heads.TASK.STATE}. So all of them have the same parameters, of which the heads' are called {@code
 * heads.TASK.PARAMETER}, and what is known of a graph, such as what its step takes, holds for the
 * weights of all tasks. Tasks without heads of their own have one graph.
 */
public final class JointGraphs {
  private static final String HEADS = "heads.";

  private final Map<String, Graph> graphs;

  private JointGraphs(Map<String, Graph> graphs) {
    this.graphs = Collections.unmodifiableMap(graphs);
  }

  /**
   * Joins graphs.
   *
   * @param tasks the tuned graph of each task by the task's name, in an order that the weights keep
   * @throws GraphException if they are not tuned by the same parameters, a parameter is declared in
   *     two ways, or an update of a head's weight would be one of several heads
   */
  public static JointGraphs of(Map<String, Graph> tasks) {
    Map<String, Graph> own = new LinkedHashMap<>();
    tasks.forEach((task, graph) -> own.put(task, renamed(task, graph)));
    requireOneTuning(own);
    Map<String, Graph> joint = new LinkedHashMap<>();
    own.forEach((task, graph) -> joint.put(task, new Joining(graph).with(task, own)));
    return new JointGraphs(joint);
  }

  /** What a parameter of a task's head is called among those of all tasks. */
  public static String head(String task, String parameter) {
    return HEADS + task + "." + parameter;
  }

  /** The graph of a task, whose loss and inputs have the names that they always have. */
  public Graph graph(String task) {
    return graphs.get(task);
  }

  private static Graph renamed(String task, Graph graph) {
    for (Parameter parameter : graph.parameters().values()) {
      Parameter of = graph.parameters().get(parameter.init().source());
      if (of != null && of.role() == Parameter.Role.HEAD) {
        throw new GraphException(
            "task '"
                + task
                + "': parameter '"
                + parameter.name()
                + "' starts with the head's '"
                + of.name()
                + "', of which every task has its own");
      }
    }
    return graph.edit().replaceAll(edge -> edge.withParameters(renamed(task, edge))).build();
  }

  private static List<Parameter> renamed(String task, Edge edge) {
    return edge.parameters().stream()
        .map(p -> p.role() == Parameter.Role.HEAD ? p.withName(head(task, p.name())) : p)
        .toList();
  }

  private static void requireOneTuning(Map<String, Graph> tasks) {
    Map.Entry<String, Graph> first = tasks.entrySet().iterator().next();
    Set<Parameter> expected = shared(first.getValue());
    tasks.forEach(
        (task, graph) -> {
          Set<Parameter> found = shared(graph);
          if (!found.equals(expected)) {
            throw new GraphException(
                "task '"
                    + task
                    + "': expected the trained parameters of task '"
                    + first.getKey()
                    + "', found others: "
                    + names(expected, found)
                    + " against "
                    + names(found, expected));
          }
        });
  }

  private static Set<Parameter> shared(Graph graph) {
    Set<Parameter> shared = new HashSet<>(graph.parameters().values());
    shared.removeIf(p -> p.role() == Parameter.Role.HEAD || !p.isSaved());
    return shared;
  }

  /** What only the first has, in words. */
  private static Set<String> names(Set<Parameter> of, Set<Parameter> others) {
    Set<String> names = new TreeSet<>();
    of.stream().filter(p -> !others.contains(p)).forEach(p -> names.add(p.toString()));
    return names;
  }

  /** Puts the heads of other tasks beside a task's graph. */
  private static final class Joining {
    private final Graph own;
    private final List<State> inputs;
    private final List<Edge> edges;

    Joining(Graph own) {
      this.own = own;
      inputs = new ArrayList<>(own.inputs());
      edges = new ArrayList<>(own.edges());
    }

    Graph with(String task, Map<String, Graph> all) {
      all.forEach(
          (other, graph) -> {
            if (!other.equals(task)) {
              add(other, graph);
            }
          });
      return new Graph(inputs, edges, own.layers(), own.rules());
    }

    /** Adds what is computed otherwise than in the own graph, or not at all there. */
    private void add(String task, Graph other) {
      Map<String, State> here = new HashMap<>();
      for (State input : other.inputs()) {
        boolean same = own.inputs().contains(input);
        State state = same ? input : input.renamed(HEADS + task + "." + input.name());
        if (!same) {
          inputs.add(state);
        }
        here.put(input.name(), state);
      }
      for (Edge edge : other.edges()) {
        List<State> reads = edge.inputs().stream().map(read -> here.get(read.name())).toList();
        Edge added = new Edge(edge.output(), edge.op(), reads, edge.parameters(), edge.layer());
        if (own.contains(edge.name())
            && own.producer(edge.name()).filter(added::equals).isPresent()) {
          here.put(edge.name(), edge.output());
          continue;
        }
        State output = edge.output().renamed(HEADS + task + "." + edge.name());
        edges.add(added.withOutput(output));
        here.put(edge.name(), output);
      }
    }
  }
}
