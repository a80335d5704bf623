package dev.statecraft.core.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes a changed copy of a graph; the original stays as it is. */
public final class GraphEditor {
  private final Graph original;
  private List<Edge> edges;
  private final List<StepRule> rules;
  private LossPaths paths;

  GraphEditor(Graph original) {
    this.original = original;
    edges = new ArrayList<>(original.edges());
    rules = new ArrayList<>(original.rules());
  }

  /**
   * Adds a control edge: {@code x_v' = op(x_v, x_u)}. The changed state takes over the name {@code
   * v}, so everything that read v reads the controlled value; the value before control is called
   * {@code v@k} (k = 0 for the first control of v).
   *
   * @param to name of v; must have a producer
   * @param from name of u; if it is v itself, the op reads the value before control
   * @throws GraphException as {@link #checkEnds}, and if shapes do not fit or a parameter belongs
   *     to another edge
   */
  public GraphEditor control(String from, String to, Op op, List<Parameter> parameters) {
    return control(from, to, List.of(), Sources.NONE, op, parameters);
  }

  /**
   * Adds a control edge that reads, in the place of x_u, states that are computed from it by
   * branches, and what other edges' branches have computed: {@code x_v' = op(x_v, branches...,
   * sources...)}.
   *
   * @param branches each makes one state of x_u, new to the graph
   * @param sources states and parameters of others, after its own
   * @param parameters of the edge alone
   * @throws GraphException as {@link #control(String, String, Op, List)}
   */
  public GraphEditor control(
      String from,
      String to,
      List<Branch> branches,
      Sources sources,
      Op op,
      List<Parameter> parameters) {
    checkEnds(from, to);
    int producer = indexOrInput(to);
    Edge before = edges.get(producer);
    int sourceIndex = from.equals(to) ? producer : indexOrInput(from);
    Edge renamed = before.withOutput(before.output().renamed(freeName(to)));
    State source =
        from.equals(to)
            ? renamed.output()
            : sourceIndex < 0 ? original.state(from) : edges.get(sourceIndex).output();
    List<Edge> added = new ArrayList<>();
    for (Branch branch : branches) {
      refuseShared(branch.parameters(), from, to);
      Shape shape = shape(from, to, branch.op(), List.of(source), branch.parameters());
      added.add(branch.edge(source, shape, before.layer()));
    }
    List<State> inputs = new ArrayList<>(List.of(renamed.output()));
    if (branches.isEmpty()) {
      inputs.add(source);
    }
    added.forEach(edge -> inputs.add(edge.output()));
    inputs.addAll(sources.states());
    List<Parameter> theta = new ArrayList<>(parameters);
    theta.addAll(sources.parameters());
    Shape shape = shape(from, to, op, inputs, theta);
    if (!shape.equals(before.output().shape())) {
      throw new GraphException(
          "control edge from '"
              + from
              + "' to '"
              + to
              + "': expected "
              + before.output().shape()
              + ", found "
              + shape);
    }
    refuseShared(parameters, from, to);
    edges.set(producer, renamed);
    added.add(new Edge(before.output(), op, inputs, theta, before.layer()));
    edges.addAll(producer + 1, added);
    if (sourceIndex > producer) {
      edges = TopologicalOrder.of(edges);
    }
    return this;
  }

  private static Shape shape(
      String from, String to, Op op, List<State> inputs, List<Parameter> parameters) {
    try {
      return op.infer(inputs, parameters);
    } catch (GraphException e) {
      throw new GraphException(
          "control edge from '" + from + "' to '" + to + "': " + e.getMessage());
    }
  }

  /**
   * Whether a state is computed before another one, so that a control edge of that may read it.
   *
   * @throws GraphException if a name is unknown
   */
  public boolean isBefore(String state, String other) {
    return indexOrInput(state) < indexOrInput(other);
  }

  /** A state as it is in the changed graph. */
  public State state(String name) {
    int index = indexOrInput(name);
    return index < 0 ? original.state(name) : edges.get(index).output();
  }

  /**
   * Checks whether there can be a control edge between two states, whatever it computes.
   *
   * @param from name of u
   * @param to name of v
   * @throws GraphException if a name is unknown, v is an input of the graph, u is computed from v
   *     (a cycle), u or v is no state of features in rows, or what the edge computes could not be
   *     learned: the loss does not depend on v, or something on the way to it gives v no gradient
   */
  public void checkEnds(String from, String to) {
    int producer = indexOf(to, from);
    int source = from.equals(to) ? producer : indexOrInput(from);
    if (paths == null) {
      paths = LossPaths.of(original);
    }
    // A state that this editor renamed leads where the one it was did, which has been checked.
    paths
        .obstacle(to)
        .filter(why -> original.contains(to))
        .ifPresent(
            why -> {
              throw new GraphException(
                  "control edge from '" + from + "' to '" + to + "': '" + to + "' " + why);
            });
    // Edges are in an order of computation: what is before v cannot be computed from it.
    if (source > producer) {
      Dependencies.of(edges)
          .path(to, from)
          .ifPresent(
              path -> {
                throw new GraphException(
                    "cycle: a control edge from '"
                        + from
                        + "' to '"
                        + to
                        + "' would read a state that is computed after the one it controls: "
                        + Dependencies.text(path));
              });
    }
    checkRows(from, to, source < 0 ? original.state(from) : edges.get(source).output());
    checkRows(from, to, edges.get(producer).output());
  }

  private static void checkRows(String from, String to, State state) {
    List<Dim> dims = state.shape().dims();
    if (state.precision() == Precision.INDEX || dims.size() != 2 || !dims.get(1).isFixed()) {
      throw new GraphException(
          "control edge from '"
              + from
              + "' to '"
              + to
              + "': expected states of numbers [rows, features], found "
              + (state.precision() == Precision.INDEX ? "indices " : "")
              + state);
    }
  }

  /**
   * Puts an op behind the edge that computes a state: what it makes of the state takes over its
   * name, as with {@link #control}.
   *
   * @throws GraphException if the name is unknown, the state comes with the batch, or its shape
   *     does not fit
   */
  public GraphEditor follow(String state, Op op) {
    return follow(state, op, List.of());
  }

  /**
   * The same for an op with parameters.
   *
   * @throws GraphException as {@link #follow(String, Op)}, and if a parameter belongs to another
   *     edge
   */
  public GraphEditor follow(String state, Op op, List<Parameter> parameters) {
    refuseShared(parameters, state, state);
    return follow(state, op, List.of(), parameters);
  }

  /**
   * The same for an op that reads, after the state, what the edge that computes it reads first, and
   * whose parameters may be those of another such op.
   *
   * @throws GraphException if the name is unknown or the state comes with the batch
   */
  public GraphEditor followBoth(String state, Op op, List<Parameter> parameters) {
    return follow(state, op, edges.get(indexOf(state, state)).inputs().subList(0, 1), parameters);
  }

  private GraphEditor follow(String state, Op op, List<State> others, List<Parameter> parameters) {
    int index = indexOf(state, state);
    Edge before = edges.get(index);
    Edge renamed = before.withOutput(before.output().renamed(freeName(state)));
    List<State> inputs = new ArrayList<>(List.of(renamed.output()));
    inputs.addAll(others);
    edges.set(index, renamed);
    edges.add(index + 1, new Edge(before.output(), op, inputs, parameters, before.layer()));
    return this;
  }

  /**
   * Puts an op between an edge and the state that it reads first, which stays as it is for all
   * others. What the edge reads instead is called {@code v.input} after the state v that it
   * computes.
   *
   * @param state name of v
   * @throws GraphException if the name is unknown, the state comes with the batch, or a parameter
   *     belongs to another edge
   */
  public GraphEditor precede(String state, Op op, List<Parameter> parameters) {
    refuseShared(parameters, state, state);
    int index = indexOf(state, state);
    Edge reader = edges.get(index);
    State read = reader.inputs().get(0);
    State changed = new State(state + ".input", read.shape(), read.precision());
    List<State> inputs = new ArrayList<>(reader.inputs());
    inputs.set(0, changed);
    edges.set(
        index, new Edge(reader.output(), reader.op(), inputs, reader.parameters(), reader.layer()));
    edges.add(index, new Edge(changed, op, List.of(read), parameters, reader.layer()));
    return this;
  }

  private String freeName(String state) {
    int count = 0;
    while (named(state + "@" + count)) {
      count++;
    }
    return state + "@" + count;
  }

  /** Replaces the edge that computes {@code state}. The endpoints must stay what they are. */
  public GraphEditor replace(String state, UnaryOperator<Edge> change) {
    int index = indexOf(state, state);
    edges.set(index, change.apply(edges.get(index)));
    return this;
  }

  /** Changes every edge. */
  public GraphEditor replaceAll(UnaryOperator<Edge> change) {
    edges.replaceAll(change);
    return this;
  }

  /** Adds a rule for the steps that train the graph. */
  public GraphEditor rule(StepRule rule) {
    rules.add(rule);
    return this;
  }

  /** Checks and makes the changed graph. */
  public Graph build() {
    return new Graph(original.inputs(), edges, original.layers(), rules);
  }

  /** Two controls of one name would silently train one theta. */
  private void refuseShared(List<Parameter> parameters, String from, String to) {
    for (Edge edge : edges) {
      for (Parameter parameter : parameters) {
        if (parameter.role() == Parameter.Role.BASE || isMeantToBeShared(parameter)) {
          continue; // Read from the model, as DoRA does the weight that it reparametrizes.
        }
        if (edge.parameters().stream().anyMatch(p -> p.name().equals(parameter.name()))) {
          throw new GraphException(
              "control edge from '"
                  + from
                  + "' to '"
                  + to
                  + "': its parameter '"
                  + parameter.name()
                  + "' belongs to state '"
                  + edge.name()
                  + "' already");
        }
      }
    }
  }

  /** A graph declares it once, so both edges read the same values, and neither trains them. */
  private static boolean isMeantToBeShared(Parameter parameter) {
    return parameter.role() == Parameter.Role.CONTROL && !parameter.trainable();
  }

  private boolean named(String state) {
    return edges.stream().anyMatch(edge -> edge.name().equals(state));
  }

  private int indexOf(String state, String from) {
    int index = indexOrInput(state);
    if (index < 0) {
      throw new GraphException(
          "state '"
              + state
              + "' comes with the batch and cannot be controlled (from '"
              + from
              + "')");
    }
    return index;
  }

  /** Index of the edge that computes a state, or -1 for an input of the graph. */
  private int indexOrInput(String state) {
    for (int i = 0; i < edges.size(); i++) {
      if (edges.get(i).name().equals(state)) {
        return i;
      }
    }
    original.state(state);
    return -1;
  }
}
