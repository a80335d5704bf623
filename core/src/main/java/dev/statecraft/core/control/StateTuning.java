package dev.statecraft.core.control;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphEditor;
import dev.statecraft.core.graph.GraphException;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.graph.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * State-based fine-tuning (paper, section 3): control edges between states.
 *
 * @param edges where they go and what they compute
 * @param layers for edges whose endpoints are places of a layer, which layers get one
 */
public record StateTuning(List<ControlEdge> edges, LayerSelection layers) implements Tuning {
  public StateTuning {
    edges = List.copyOf(edges);
  }

  /** Parallel control around the MLP blocks (paper: Control). */
  public static StateTuning control(ControlFunction function, LayerSelection layers) {
    return new StateTuning(List.of(ControlEdge.around(BlockName.MLP, function)), layers);
  }

  /** Parallel control around the attention blocks and the MLP blocks (paper: DoubleControl). */
  public static StateTuning doubleControl(ControlFunction function, LayerSelection layers) {
    return new StateTuning(
        List.of(
            ControlEdge.around(BlockName.ATTENTION, function),
            ControlEdge.around(BlockName.MLP, function)),
        layers);
  }

  /** Houlsby's adapters: in series after what each block adds to the residual. */
  public static StateTuning adapter(ControlFunction function, LayerSelection layers) {
    return new StateTuning(
        List.of(series(BlockName.ATTENTION, function), series(BlockName.MLP, function)), layers);
  }

  private static ControlEdge series(BlockName block, ControlFunction function) {
    return new ControlEdge(block.delta(), block.delta(), block.label() + ".adapter", function);
  }

  @Override
  public Graph apply(Graph graph) {
    GraphEditor editor = graph.edit();
    List<PlacedEdge> routed = new ArrayList<>();
    for (ControlEdge edge : edges) {
      for (PlacedEdge placed : placed(graph, edge)) {
        if (edge.function().routed().isPresent()) {
          routed.add(placed);
        } else {
          attach(editor, graph, placed);
        }
      }
    }
    attachRouted(editor, graph, routed);
    return new HeadTuning().apply(editor.build());
  }

  /**
   * Where the edges go, in their order.
   *
   * @throws GraphException if no chosen layer has what one goes between
   */
  public List<PlacedEdge> placed(Graph graph) {
    return edges.stream().flatMap(edge -> placed(graph, edge).stream()).toList();
  }

  /** In the order in which the states that they control are computed. */
  private static void attachRouted(GraphEditor editor, Graph graph, List<PlacedEdge> routed) {
    routed.forEach(placed -> editor.checkEnds(placed.from(), placed.to()));
    List<String> order = new ArrayList<>(graph.states().keySet());
    RoutedEdges attached = new RoutedEdges(editor);
    routed.stream()
        .sorted(Comparator.comparing((PlacedEdge placed) -> order.indexOf(placed.to())))
        .forEach(
            placed ->
                attached.attach(
                    placed.from(),
                    placed.to(),
                    placed.prefix(),
                    placed.edge().function().routed().orElseThrow()));
  }

  /** To every chosen layer that has what the edge goes between: decoders have other blocks. */
  private List<PlacedEdge> placed(Graph graph, ControlEdge edge) {
    if (!edge.isPerLayer()) {
      return List.of(
          new PlacedEdge(edge, OptionalInt.empty(), edge.from(), edge.to(), edge.name() + "."));
    }
    List<Layer> chosen = layers.of(graph.layers());
    List<PlacedEdge> places = new ArrayList<>();
    for (Layer layer : chosen) {
      String prefix = "layers." + layer.index() + "." + edge.name() + ".";
      edge.in(layer)
          .ifPresent(
              ends ->
                  places.add(
                      new PlacedEdge(
                          edge, OptionalInt.of(layer.index()), ends.from(), ends.to(), prefix)));
    }
    if (places.isEmpty()) {
      throw new GraphException(missing(edge, chosen));
    }
    return places;
  }

  private static String missing(ControlEdge edge, List<Layer> layers) {
    if (edge.isAroundBlock()) {
      Set<String> blocks = new LinkedHashSet<>();
      layers.forEach(layer -> layer.blocks().forEach(block -> blocks.add(block.name())));
      return "blocks: expected "
          + String.join(", ", blocks)
          + " or "
          + BlockName.FULL.label()
          + ", found '"
          + edge.name()
          + "'";
    }
    Set<String> places = new LinkedHashSet<>();
    layers.forEach(layer -> places.addAll(layer.places().keySet()));
    return "control edge from '"
        + edge.from()
        + "' to '"
        + edge.to()
        + "': expected two places of one layer, which have "
        + places;
  }

  private static void attach(GraphEditor editor, Graph graph, PlacedEdge placed) {
    String from = placed.from();
    String to = placed.to();
    String prefix = placed.prefix();
    editor.checkEnds(from, to);
    State v = graph.state(to);
    EdgePlace place =
        new EdgePlace(
            prefix.substring(0, prefix.length() - 1), graph.isCausalAlong(v.shape().dims().get(0)));
    ControlFunction function = placed.edge().function();
    List<Parameter> theta =
        function.parameters(
            name -> prefix + name, graph.state(from).shape().features(), v.shape().features());
    function.rules(theta).forEach(editor::rule);
    if (!function.isSeries()) {
      editor.control(from, to, function.op(place), theta);
    } else if (from.equals(to)) {
      editor.follow(to, function.op(place), theta);
    } else {
      throw new GraphException(
          "control edge from '"
              + from
              + "' to '"
              + to
              + "': expected one state twice, since its function changes a state in series");
    }
  }
}
