package dev.statecraft.core.control;

import dev.statecraft.core.graph.Branch;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.Sources;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.List;

/**
 * Attaches the edges of {@link Routed} functions in the order in which the states that they control
 * are computed. For each there come into the graph the low-rank state h {@code [rows, r]}, called
 * {@code .hidden} after the edge, the gates {@code [rows, m]}, called {@code .gates}, and the sum.
 * Later edges read h and train B, so no control as wide as a state is ever kept for them.
 */
final class RoutedEdges {
  private final GraphEditor editor;
  private final List<Expert> experts = new ArrayList<>();

  RoutedEdges(GraphEditor editor) {
    this.editor = editor;
  }

  /** What later edges read of one: h, and B with b where it has that. */
  private record Expert(State v, State hidden, List<Parameter> outer, LowRank function) {
    RoutedControl.Term term() {
      return new RoutedControl.Term(function.scale(), function.bias());
    }
  }

  /**
   * Attaches the next edge.
   *
   * @param prefix of its parameters' names and its states', with a dot at the end
   */
  void attach(String from, String to, String prefix, Routed function) {
    editor.checkEnds(from, to);
    State u = editor.state(from);
    State v = editor.state(to);
    LowRank low = function.expert();
    List<Parameter> theta =
        function.parameters(name -> prefix + name, u.shape().features(), v.shape().features());
    List<Parameter> inner = new ArrayList<>(List.of(theta.get(0)));
    List<Parameter> outer = new ArrayList<>(List.of(theta.get(1)));
    if (low.bias()) {
      inner.add(theta.get(2));
      outer.add(theta.get(3));
    }
    List<Expert> earlier = experts.stream().filter(expert -> canRead(to, v, expert)).toList();
    List<Branch> branches = new ArrayList<>();
    String hidden = prefix + "hidden";
    branches.add(new Branch(hidden, new LowRankHidden(low.bias(), low.dropout()), inner));
    if (!earlier.isEmpty()) {
      branches.add(gates(prefix, function.k(), earlier.size(), u));
    }
    List<RoutedControl.Term> terms = new ArrayList<>();
    terms.add(new RoutedControl.Term(low.scale(), low.bias()));
    earlier.forEach(expert -> terms.add(expert.term()));
    Sources sources =
        new Sources(
            earlier.stream().map(Expert::hidden).toList(),
            earlier.stream().flatMap(expert -> expert.outer().stream()).toList());
    editor.control(from, to, branches, sources, new RoutedControl(terms), outer);
    experts.add(new Expert(v, editor.state(hidden), outer, low));
  }

  private boolean canRead(String to, State v, Expert expert) {
    return expert.v().shape().equals(v.shape()) && editor.isBefore(expert.hidden().name(), to);
  }

  private static Branch gates(String prefix, int k, int count, State u) {
    return new Branch(
        prefix + "gates",
        new TopGates(k),
        List.of(
            Parameter.control(
                prefix + "G.weight", Initializer.KAIMING, count, u.shape().features()),
            Parameter.control(prefix + "G.bias", Initializer.ZEROS, count)));
  }
}
