package dev.statecraft.core.plan;

import dev.statecraft.core.graph.Demand;
import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The steps of one pass over a graph: a forward, or a forward with its backward. */
public final class StatePlan {
  private final Graph graph;
  private final Set<String> kept;
  private final Differentiation differentiation;
  private final Storage storage;
  private final FusedLinears fused;
  private final GradientPlacement placement;
  private final StateFormat format;
  private final JoinedInputs joined;
  private final List<Step> steps;

  private StatePlan(
      Graph graph,
      Set<String> kept,
      Differentiation differentiation,
      LayerPolicies policies,
      StateFormat format) {
    this.graph = graph;
    this.format = format;
    this.kept = Set.copyOf(kept);
    this.differentiation = differentiation;
    for (String state : kept) {
      graph.state(state);
    }
    policies.checkFits(graph);
    fused = FusedLinears.of(graph);
    storage = Storage.of(graph, differentiation, fused, policies, kept);
    joined = differentiation.isEmpty() ? JoinedInputs.of(graph) : JoinedInputs.NONE;
    placement = GradientPlacement.of(graph, fused);
    steps = List.copyOf(new Drafting().steps());
  }

  /**
   * A forward that ends with the given states.
   *
   * @throws GraphException if one does not exist
   */
  public static StatePlan inference(Graph graph, Set<String> outputs) {
    return new StatePlan(
        graph,
        outputs,
        Differentiation.none(),
        LayerPolicies.uniform(StorePolicy.ALL),
        StateFormat.EXACT);
  }

  /** A forward to a loss and the backward from it, with one store policy for all layers. */
  public static StatePlan training(
      Graph graph, String loss, Set<String> watched, StorePolicy policy) {
    return training(graph, loss, watched, LayerPolicies.uniform(policy));
  }

  /**
   * A forward to a loss and the backward from it to every trainable parameter.
   *
   * @param loss name of the loss
   * @param watched states to be kept for the caller besides the loss
   * @throws GraphException if a state does not exist, there are policies for more layers than the
   *     graph has, or nothing that the loss depends on is trainable
   */
  public static StatePlan training(
      Graph graph, String loss, Set<String> watched, LayerPolicies policies) {
    return training(graph, loss, watched, policies, StateFormat.EXACT);
  }

  /**
   * The same with stored states in a format of fewer bytes.
   *
   * @throws GraphException as without it
   */
  public static StatePlan training(
      Graph graph, String loss, Set<String> watched, LayerPolicies policies, StateFormat format) {
    Differentiation differentiation = Differentiation.of(graph, loss);
    if (!differentiation.includes(
        graph
            .producer(loss)
            .orElseThrow(
                () -> new GraphException("state '" + loss + "' comes with the batch, no loss")))) {
      throw new GraphException("nothing that '" + loss + "' depends on is trainable");
    }
    Set<String> kept = new LinkedHashSet<>(watched);
    kept.add(loss);
    return new StatePlan(graph, kept, differentiation, policies, format);
  }

  public Graph graph() {
    return graph;
  }

  public List<Step> steps() {
    return steps;
  }

  /** States that are there when the pass ends. */
  public Set<String> kept() {
    return kept;
  }

  /** The edges whose thin matrices can be one product: none if there is a backward. */
  public JoinedInputs joined() {
    return joined;
  }

  /** Whether an edge has a backward in this plan. */
  public boolean differentiates(Edge edge) {
    return differentiation.includes(edge);
  }

  /**
   * The gradients asked of an edge.
   *
   * @throws GraphException if the edge has no backward here
   */
  public Demand demand(Edge edge) {
    if (!differentiation.includes(edge)) {
      throw new GraphException("state '" + edge.name() + "' has no backward in this plan");
    }
    return differentiation.demand(edge);
  }

  /** The states an edge's backward reads. */
  public Set<State> backwardReads(Edge edge) {
    return differentiation.reads(edge);
  }

  /** States that live from forward to backward, in the graph's order. */
  public List<State> stored() {
    return graph.edges().stream().map(Edge::output).filter(this::stores).toList();
  }

  /** Whether a state lives from forward to backward, and is not kept for the caller. */
  public boolean stores(State state) {
    return storage.isStored(state) && !kept.contains(state.name());
  }

  /** In which form a {@linkplain #stored() stored} state waits for the backward. */
  public StateFormat format(State state) {
    return stores(state) ? format.of(state) : StateFormat.EXACT;
  }

  /** Where the gradient of a state lies in the shared buffer of fused linears, if it does. */
  public Optional<GradientPlacement.Slot> placement(State state) {
    return placement.of(state);
  }

  /** Writes the steps down in order, then gives states their ends. */
  private final class Drafting {
    private final List<Lifetimes.Draft> drafts = new ArrayList<>();
    private final Set<String> resident = new HashSet<>();

    List<Step> steps() {
      Set<String> fromBatch = new HashSet<>();
      graph.inputs().forEach(input -> fromBatch.add(input.name()));
      resident.addAll(fromBatch);
      forward();
      int forwardDrafts = drafts.size();
      resident.removeIf(name -> !fromBatch.contains(name) && !outlivesForward(graph.state(name)));
      backward();
      Compression.insert(drafts, forwardDrafts, StatePlan.this::format);
      return Lifetimes.close(drafts, kept, fromBatch);
    }

    private void forward() {
      Set<String> wanted = Differentiation.ancestors(graph, kept.toArray(String[]::new));
      for (Edge edge : graph.edges()) {
        if (wanted.contains(edge.name()) && !resident.contains(edge.name())) {
          List<Edge> group =
              fused.groupOf(edge.name()).orElse(List.of(edge)).stream()
                  .filter(member -> wanted.contains(member.name()))
                  .toList();
          boolean whole =
              fused.groupOf(edge.name()).map(g -> g.size() == group.size()).orElse(true);
          compute(whole ? group : List.of(edge), false);
        }
      }
    }

    /** Whether a state is there, as it is, when the backward begins. */
    private boolean outlivesForward(State state) {
      return storage.isStored(state) && format(state) == StateFormat.EXACT;
    }

    private void compute(List<Edge> edges, boolean again) {
      Set<State> reads = new LinkedHashSet<>();
      List<State> writes = new ArrayList<>();
      for (Edge edge : edges) {
        reads.addAll(edge.inputs());
        writes.add(edge.output());
        resident.add(edge.name());
      }
      drafts.add(
          new Lifetimes.Draft(new Step.Compute(List.copyOf(edges), again, false), reads, writes));
    }

    private void backward() {
      List<Edge> edges = graph.edges();
      for (int i = edges.size() - 1; i >= 0; i--) {
        Edge edge = edges.get(i);
        if (!differentiation.includes(edge)) {
          continue;
        }
        List<Edge> group = fused.groupOf(edge.name()).orElse(List.of(edge));
        boolean whole = group.stream().allMatch(differentiation::includes);
        if (whole && !group.get(0).equals(edge)) {
          continue; // Differentiated together, when the gradients of all are there.
        }
        differentiate(whole ? group : List.of(edge));
      }
    }

    private void differentiate(List<Edge> edges) {
      Set<State> reads = new LinkedHashSet<>();
      for (Edge edge : edges) {
        for (State state : differentiation.reads(edge)) {
          ensure(state);
          reads.add(state);
        }
      }
      drafts.add(new Lifetimes.Draft(new Step.Differentiate(List.copyOf(edges)), reads, List.of()));
    }

    /** Restores a state, or computes it again and before it what it needs, if it is not there. */
    private void ensure(State state) {
      if (resident.contains(state.name())) {
        return;
      }
      if (format(state) != StateFormat.EXACT) {
        resident.add(state.name());
        drafts.add(new Lifetimes.Draft(new Step.Restore(state), Set.of(), List.of(state)));
        return;
      }
      Edge edge = graph.producer(state.name()).orElseThrow();
      edge.inputs().forEach(this::ensure);
      List<Edge> group = fused.groupOf(edge.name()).orElse(List.of(edge));
      boolean none =
          group.stream()
              .noneMatch(m -> resident.contains(m.name()) || storage.isStored(m.output()));
      compute(none ? group : List.of(edge), true);
    }
  }
}
