package dev.statecraft.core.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An immutable directed acyclic graph of states. Edges are in an order in which they can be
 * computed; every state has one producer or is an input; every name is unique.
 */
public final class Graph {
  private final List<State> inputs;
  private final List<Edge> edges;
  private final List<Layer> layers;
  private final List<StepRule> rules;
  private final Map<String, State> states = new LinkedHashMap<>();
  private final Map<String, Edge> producers = new LinkedHashMap<>();
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();

  /**
   * Checks and makes a graph.
   *
   * @throws GraphException if a name comes twice, an edge reads a state that no earlier edge
   *     computes (a cycle, or an unknown name), shapes conflict, one parameter is declared in two
   *     ways, or a layer names a state that does not exist or has another index than its place
   */
  public Graph(List<State> inputs, List<Edge> edges, List<Layer> layers) {
    this(inputs, edges, layers, List.of());
  }

  /** The same with rules for the steps that train it. */
  Graph(List<State> inputs, List<Edge> edges, List<Layer> layers, List<StepRule> rules) {
    this.inputs = List.copyOf(inputs);
    this.edges = List.copyOf(edges);
    this.layers = List.copyOf(layers);
    this.rules = List.copyOf(rules);
    for (State input : inputs) {
      declare(input);
    }
    for (Edge edge : edges) {
      check(edge);
      declare(edge.output());
      producers.put(edge.name(), edge);
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.get(i).states().forEach(this::state);
      if (layers.get(i).index() != i) {
        throw new GraphException("layers: expected index " + i + ", found " + layers.get(i));
      }
    }
  }

  private void declare(State state) {
    if (states.putIfAbsent(state.name(), state) != null) {
      throw new GraphException("state '" + state.name() + "' is computed twice");
    }
  }

  private void check(Edge edge) {
    for (State input : edge.inputs()) {
      State known = states.get(input.name());
      if (known == null) {
        boolean later = edges.stream().anyMatch(other -> other.name().equals(input.name()));
        throw new GraphException(
            later
                ? "cycle: state '"
                    + edge.name()
                    + "' reads '"
                    + input.name()
                    + "', which is computed from it or after it"
                : "state '" + edge.name() + "' reads '" + input.name() + "', which does not exist");
      }
      if (!known.equals(input)) {
        throw new GraphException(
            "state '" + edge.name() + "' reads " + input + ", but that state is " + known);
      }
    }
    Shape inferred;
    try {
      inferred = edge.op().infer(edge.inputs(), edge.parameters());
    } catch (GraphException e) {
      throw new GraphException(
          "state '" + edge.name() + "' (" + edge.op().name() + "): " + e.getMessage());
    }
    if (!inferred.equals(edge.output().shape())) {
      throw new GraphException(
          "state '"
              + edge.name()
              + "' ("
              + edge.op().name()
              + "): declared as "
              + edge.output().shape()
              + ", computed as "
              + inferred
              + " from "
              + edge.inputs());
    }
    for (Parameter parameter : edge.parameters()) {
      Parameter known = parameters.putIfAbsent(parameter.name(), parameter);
      if (known != null && !known.equals(parameter)) {
        throw new GraphException(
            "parameter '"
                + parameter.name()
                + "' is declared as "
                + describe(known)
                + " and "
                + describe(parameter));
      }
    }
  }

  private static String describe(Parameter parameter) {
    return parameter.shape()
        + (parameter.trainable() ? " trained " : " frozen ")
        + parameter.role().name().toLowerCase(Locale.ROOT);
  }

  public List<State> inputs() {
    return inputs;
  }

  /** Edges in an order in which they can be computed. */
  public List<Edge> edges() {
    return edges;
  }

  public List<Layer> layers() {
    return layers;
  }

  /** What the steps that train it heed besides the gradient of the loss, in order. */
  public List<StepRule> rules() {
    return rules;
  }

  /** All states by name: inputs, then edges' outputs in order. */
  public Map<String, State> states() {
    return Collections.unmodifiableMap(states);
  }

  /** All parameters by name; one that several edges share (tied weights) comes once. */
  public Map<String, Parameter> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  public List<Parameter> trainableParameters() {
    return parameters.values().stream().filter(Parameter::trainable).toList();
  }

  public boolean contains(String state) {
    return states.containsKey(state);
  }

  /**
   * A state by name.
   *
   * @throws GraphException if there is none; the message suggests names that are close
   */
  public State state(String name) {
    State state = states.get(name);
    if (state == null) {
      throw new GraphException(
          "no state is called '" + name + "'; did you mean " + closest(name) + "?");
    }
    return state;
  }

  /** The edge that computes a state; empty for inputs. */
  public Optional<Edge> producer(String state) {
    state(state);
    return Optional.ofNullable(producers.get(state));
  }

  /** Edges that read a state. */
  public List<Edge> consumers(String state) {
    State wanted = state(state);
    List<Edge> found = new ArrayList<>();
    for (Edge edge : edges) {
      if (edge.inputs().contains(wanted)) {
        found.add(edge);
      }
    }
    return found;
  }

  /** Whether rows along an axis look at earlier rows of their sequence only, as a decoder's do. */
  public boolean isCausalAlong(Dim axis) {
    return edges.stream()
        .anyMatch(edge -> edge.op().causal() && edge.output().shape().dims().get(0).equals(axis));
  }

  /**
   * The part that a state is computed of, to answer with: only its inputs, edges and parameters,
   * and no rules for training.
   *
   * @param state computed of a state of every layer
   * @throws GraphException if there is none of this name, or a layer has a state that it is not
   *     computed of
   */
  public Graph upTo(String state) {
    Set<String> needed = new HashSet<>();
    needed.add(state(state).name());
    Deque<Edge> kept = new ArrayDeque<>();
    for (int i = edges.size() - 1; i >= 0; i--) {
      Edge edge = edges.get(i);
      if (needed.contains(edge.name())) {
        kept.addFirst(edge);
        edge.inputs().forEach(input -> needed.add(input.name()));
      }
    }
    List<State> read = inputs.stream().filter(input -> needed.contains(input.name())).toList();
    return new Graph(read, List.copyOf(kept), layers);
  }

  /** Starts a changed copy. */
  public GraphEditor edit() {
    return new GraphEditor(this);
  }

  private String closest(String name) {
    return states.keySet().stream()
        .sorted(java.util.Comparator.comparingInt(other -> distance(name, other)))
        .limit(3)
        .map(found -> "'" + found + "'")
        .reduce((a, b) -> a + ", " + b)
        .orElse("one of none");
  }

  /** Levenshtein distance, for suggestions. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
