package dev.statecraft.core.control.advise;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.graph.Block;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Layer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds where control edges of a graph could go. */
public final class Candidates {
  private Candidates() {}

  /** Around every block of every layer, and around whole layers of several blocks. */
  public static List<Candidate> ofBlocks(Graph graph) {
    List<String> places = new ArrayList<>();
    graph.layers().forEach(layer -> layer.blocks().forEach(block -> places.add(block.name())));
    if (graph.layers().stream().anyMatch(layer -> layer.blocks().size() > 1)) {
      places.add(BlockName.FULL.label());
    }
    return of(graph, places.stream().distinct().toList());
  }

  /**
   * At given places of every layer that has them, layer by layer.
   *
   * @param places blocks and linears
   * @throws UsageException if no layer has one
   */
  public static List<Candidate> of(Graph graph, List<String> places) {
    List<Candidate> found = new ArrayList<>();
    Set<String> unknown = new LinkedHashSet<>(places);
    for (Layer layer : graph.layers()) {
      for (String place : places) {
        Optional<Candidate> candidate = in(graph, layer, place);
        candidate.ifPresent(found::add);
        candidate.ifPresent(has -> unknown.remove(place));
      }
    }
    if (!unknown.isEmpty()) {
      throw new UsageException(
          "places: expected some of "
              + known(graph)
              + ", found '"
              + unknown.iterator().next()
              + "'");
    }
    return found;
  }

  private static Optional<Candidate> in(Graph graph, Layer layer, String place) {
    if (place.equals(BlockName.FULL.label())) {
      return Optional.of(new Candidate(place, layer.index(), layer.input(), layer.output()));
    }
    Optional<Block> block = layer.block(place);
    if (block.isPresent()) {
      return block.map(found -> new Candidate(place, layer.index(), found.input(), found.output()));
    }
    return Optional.ofNullable(layer.projections().get(place))
        .map(
            linear ->
                new Candidate(
                    place,
                    layer.index(),
                    graph.producer(linear).orElseThrow().inputs().get(0).name(),
                    linear));
  }

  private static Set<String> known(Graph graph) {
    Set<String> known = new LinkedHashSet<>();
    graph.layers().forEach(layer -> layer.blocks().forEach(block -> known.add(block.name())));
    known.add(BlockName.FULL.label());
    graph
        .layers()
        .forEach(layer -> layer.projections().keySet().stream().sorted().forEach(known::add));
    return known;
  }
}
